import { detectKind, splitReference } from "../registries/detect";
import { isGcrHost } from "../registries/hosts";
import type { ObjectExample } from "./reader";
import { parseAcr } from "./registries/acr";
import { parseDockerHub } from "./registries/dockerHub";
import { parseEcr } from "./registries/ecr";
import { parseGar, parseGcr } from "./registries/gar";
import { parseGhcr } from "./registries/ghcr";
import type { RegistryInput } from "./registries/input";
import { parsePrivate } from "./registries/private";
import type { RegistrySettings } from "./registrySettings";

/** How the `registry` object of one provider is read. */
interface Provider {
  /** A key that the object takes, with a value. */
  readonly example: ObjectExample;
  readonly parse: (input: RegistryInput) => RegistrySettings | undefined;
}

/** The values of `provider`. */
export const providers = {
  ghcr: { example: ["owner", "OWNER"], parse: parseGhcr },
  ecr: { example: ["region", "eu-central-1"], parse: parseEcr },
  gar: { example: ["project", "my-project"], parse: parseGar },
  acr: { example: ["name", "myregistry"], parse: parseAcr },
  dockerhub: { example: ["namespace", "acme"], parse: parseDockerHub },
  private: { example: ["server", "registry.example.com"], parse: parsePrivate },
  /** Google's former registry: `gar` with a repository that serves gcr.io's names. */
  gcr: { example: ["project", "my-project"], parse: parseGcr },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

/** The provider that DOCKER_REGISTRY belongs to. */
export function detectProvider(reference: string): ProviderName {
  return isGcrHost(splitReference(reference).host) ? "gcr" : detectKind(reference);
}
