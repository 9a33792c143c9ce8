import { ensureContainer } from "../../../dev/container";
import { REGISTRY_CONTAINER } from "../../../dev/localRegistry";
import { waitFor } from "../../../dev/registryContainer";
import { mapConcurrently } from "../../../lib/registries/contents/concurrency";
import {
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  RegistryClient,
} from "../../../lib/oci";
import type { Bench } from "./bench";
import { docker, PREFIX } from "./docker";

const NAME = `${PREFIX}-registry`;
const PORT = 15_925;
const DIRECTORY = "/etc/bot-core-bench";
const DAY_MS = 86_400_000;

/** A registry of the bench's own, with many repositories of many releases. */
export interface FullRegistry {
  /** `localhost:PORT`. */
  readonly server: string;
  readonly repositories: readonly string[];
}

/**
 * Starts a registry that keeps everything in memory, without logins, and fills it: each tag is an index
 * of its own over the repository's two platform images, as releases of an unchanged service are.
 */
export async function fullRegistry(
  bench: Bench,
  repositories: number,
  tags: number,
): Promise<FullRegistry> {
  const image = await docker(["inspect", "-f", "{{.Config.Image}}", REGISTRY_CONTAINER]);
  const config = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { inmemory: {}, delete: { enabled: true } },
    http: { addr: ":5000", secret: NAME },
  };
  await ensureContainer({
    name: NAME,
    image,
    entrypoint: "registry",
    args: ["serve", `${DIRECTORY}/config.yml`],
    options: ["--publish", `127.0.0.1:${PORT}:5000`],
    directory: DIRECTORY,
    // JSON is YAML.
    files: { "config.yml": JSON.stringify(config) },
  });
  await waitFor(`http://127.0.0.1:${PORT}/v2/`, 200, NAME);
  const server = `localhost:${PORT}`;
  const client = new RegistryClient({ server, insecure: true });
  const names = Array.from({ length: repositories }, (_, at) => `bench/service-${at}`);
  bench.say(`filling ${repositories} repositories with ${tags} tags each`);
  for (const name of names) await fill(client, name, tags);
  return { server, repositories: names };
}

async function fill(client: RegistryClient, repository: string, tags: number): Promise<void> {
  const layer = Buffer.from(`layer of ${repository}`);
  const layers = [await descriptor(client, repository, OCI_LAYER_GZIP, layer)];
  const manifests: object[] = [];
  for (const architecture of ["amd64", "arm64"]) {
    const platform = { os: "linux", architecture };
    const own = Buffer.from(JSON.stringify(platform));
    const config = await descriptor(client, repository, OCI_CONFIG, own);
    const image = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers };
    const bytes = Buffer.from(JSON.stringify(image));
    const tag = `pb-000000000000-${architecture}`;
    const digest = await client.putManifest(repository, tag, bytes, OCI_MANIFEST);
    manifests.push({ mediaType: OCI_MANIFEST, digest, size: bytes.length, platform });
  }
  const versions = Array.from({ length: tags }, (_, at) => at);
  await mapConcurrently(versions, 8, (at) => {
    // A release a day, the last one today.
    const created = new Date(Date.now() - (tags - at) * DAY_MS).toISOString();
    const annotations = { "org.opencontainers.image.created": created };
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations };
    const bytes = Buffer.from(JSON.stringify(index));
    return client.putManifest(repository, `v1.${at}.0`, bytes, OCI_INDEX);
  });
}

async function descriptor(
  client: RegistryClient,
  repository: string,
  mediaType: string,
  bytes: Buffer,
): Promise<{ mediaType: string; digest: string; size: number }> {
  return { mediaType, digest: await client.putBlob(repository, bytes), size: bytes.length };
}
