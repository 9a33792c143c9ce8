import { findingsOf, parseWith } from "./support";

type Place = Readonly<Record<string, unknown>>;

/** The least that each provider takes. */
export const PLACES: Readonly<Record<string, Place>> = {
  ecr: { region: "eu-central-1", accountId: "123456789012" },
  gar: { project: "my-project", location: "europe-west3" },
  gcr: { project: "my-project" },
  acr: { resourceGroup: "rg", name: "myregistry" },
  ghcr: { owner: "acme" },
  dockerhub: { namespace: "acme" },
};

/** What is refused of a provider's least object with some changes. */
export function refusalsOf(provider: string, changes: object, secretKeys: string[] = []): string[] {
  const registry = { ...PLACES[provider], ...changes };
  return [...findingsOf(() => parseWith({ provider, registry }, secretKeys))];
}
