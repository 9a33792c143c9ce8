import type { Faults } from "./faults";
import { parsePrivateRegistry } from "./privateRegistry";
import type { ConfigReader, ObjectExample } from "./reader";
import type { Environment, RegistrySettings } from "./settings";

/** One kind of registry: how it is recognised, and how its `registry` object is read. */
interface Provider {
  /** Whether a server is of this kind; for DOCKER_REGISTRY without `provider`. */
  readonly detects: (server: string) => boolean;
  /** A key that its `registry` object takes, with a value. */
  readonly example: ObjectExample;
  /** Reads the `registry` object. Absent: not built yet. */
  readonly parse?: (
    reader: ConfigReader,
    environment: Environment,
    faults: Faults,
  ) => RegistrySettings | undefined;
}

/** Every provider; `private` comes last, because it takes any server. */
export const providers = {
  ghcr: {
    detects: (server) => server === "ghcr.io",
    example: ["owner", "OWNER"],
  },
  ecr: {
    detects: (server) => /\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(server),
    example: ["region", "eu-central-1"],
  },
  gar: {
    detects: (server) => /(^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(server),
    example: ["project", "PROJECT"],
  },
  acr: {
    detects: (server) => server.endsWith(".azurecr.io"),
    example: ["name", "NAME"],
  },
  dockerhub: {
    detects: (server) => server === "docker.io",
    example: ["namespace", "NAMESPACE"],
  },
  private: {
    detects: () => true,
    example: ["server", "registry.example.com"],
    parse: parsePrivateRegistry,
  },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

const entries: readonly (readonly [string, Provider])[] = Object.entries(providers);

/** The provider of that name; `gcr` is Google's older name of gar. */
export function findProvider(name: string): Provider | undefined {
  return entries.find(([known]) => known === (name === "gcr" ? "gar" : name))?.[1];
}

/** Names of the providers that can be used, or that are planned. */
export function providerNames(isBuilt: boolean): readonly string[] {
  return entries.filter(([, { parse }]) => (parse !== undefined) === isBuilt).map(([name]) => name);
}

/** The name of the provider that a server belongs to. */
export function detectProvider(server: string): string {
  return entries.find(([, { detects }]) => detects(server))?.[0] ?? "private";
}
