import { z } from "zod";

/** What this stack's last successful update put into its outputs, as far as the graph depends on it. */
export interface ReleaseRecord {
  readonly version: string;
  readonly previousVersion?: string;
  readonly services: Readonly<Record<string, RecordedService>>;
  /** true: this stack keeps a host, which leaving it undeclared would stop. */
  readonly hasHost: boolean;
  /** `server/path` of every repository that this stack declared, copies in other regions too. */
  readonly repositories: readonly string[];
}

export interface RecordedService {
  /** `server/path@sha256:…` of the index; absent where none joined the images. */
  readonly image?: string;
  readonly platforms: Readonly<Record<string, RecordedPlatform>>;
}

export interface RecordedPlatform {
  readonly digest: string;
  /** Input digest (hex) of the platform's image; absent where the version was found published. */
  readonly inputs?: string;
  /** true: this stack declared a docker.Image for it. */
  readonly built: boolean;
  /** What its docker.Image took cached steps from; absent where it was built without a cache. */
  readonly cache?: readonly string[];
}

const platformSchema = z.object({
  digest: z.string(),
  inputs: z.string().optional(),
  built: z.boolean().default(false),
  cache: z.array(z.string()).optional(),
});

const releaseSchema = z.object({
  version: z.string(),
  services: z.record(
    z.string(),
    z.object({ image: z.string().optional(), platforms: z.record(z.string(), platformSchema) }),
  ),
});

const registrySchema = z.object({
  server: z.string(),
  repositories: z.record(z.string(), z.string()),
  replicas: z.record(z.string(), z.string()).default({}),
  managed: z.boolean().default(true),
});

/** The stack's own outputs, as far as they are read. */
export interface OwnOutputs {
  readonly release: unknown;
  readonly previousVersion: unknown;
  readonly host: unknown;
  readonly registry: unknown;
}

/**
 * Reads the stack's own outputs.
 * @returns undefined on the first run, or where the outputs are of another shape: the record only
 *   saves declarations, the registry decides what is published
 */
export function parseRecord({
  release,
  previousVersion,
  host,
  registry,
}: OwnOutputs): ReleaseRecord | undefined {
  const parsed = releaseSchema.safeParse(release);
  if (!parsed.success) return undefined;
  const services = Object.entries(parsed.data.services).map(
    ([name, { image, platforms }]) =>
      [
        name,
        { ...(image === undefined ? {} : { image }), platforms: withoutUndefined(platforms) },
      ] as const,
  );
  return {
    version: parsed.data.version,
    ...(typeof previousVersion === "string" ? { previousVersion } : {}),
    services: Object.fromEntries(services),
    hasHost: host !== undefined,
    repositories: repositoriesOf(registry),
  };
}

function repositoriesOf(registry: unknown): string[] {
  const parsed = registrySchema.safeParse(registry);
  if (!parsed.success || !parsed.data.managed) return [];
  const { server, repositories, replicas } = parsed.data;
  return Object.values(repositories)
    .flatMap((name) => [
      name,
      ...Object.values(replicas).map((replica) => name.replace(server, () => replica)),
    ])
    .sort();
}

/**
 * The version that ran before this one: it does not change on a run that changes nothing.
 * @param record the stack's record from before this run
 */
export function previousVersionOf(
  record: ReleaseRecord | undefined,
  version: string,
): string | undefined {
  if (record === undefined) return undefined;
  return record.version === version ? record.previousVersion : record.version;
}

function withoutUndefined(
  platforms: Record<string, z.infer<typeof platformSchema>>,
): Record<string, RecordedPlatform> {
  return Object.fromEntries(
    Object.entries(platforms).map(([platform, { digest, inputs, built, cache }]) => [
      platform,
      {
        digest,
        built,
        ...(inputs === undefined ? {} : { inputs }),
        ...(cache === undefined ? {} : { cache }),
      },
    ]),
  );
}
