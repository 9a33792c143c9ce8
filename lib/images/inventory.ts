import { UserError } from "../errors";
import type { RegistryClient } from "../oci/registryClient";
import type { RegistryContents, StoredManifest } from "../registries/contents";
import { mapConcurrently } from "../registries/contents/concurrency";
import { ManifestReader } from "../registries/contents/manifestReader";
import { dateOf } from "../retention/age";
import { fallbackSubject, relationsOf, type GraphManifest } from "../retention/graph";
import type { RepositoryGraph } from "../retention";
import { configFacts, dateFrom, factsOf, type ManifestFacts } from "./inventoryFacts";

/** Reads manifests and remembers what matters of them. */
export type FactsReader = ManifestReader<ManifestFacts>;

/** What an inventory is read with. */
export interface InventorySources {
  readonly client: RegistryClient;
  readonly reader: FactsReader;
  readonly contents: RegistryContents;
}

const AT_A_TIME = 16;

export function factsReader(client: RegistryClient): FactsReader {
  return new ManifestReader(client, factsOf);
}

/**
 * Everything of a repository and what refers to what. Where the registry lists tags alone, what they
 * refer to is followed from manifest to manifest.
 * @param known further digests that may be there without a tag: what is deployed
 * @throws UserError `image-invalid`, `inventory-changed`, and those of the registry
 */
export async function readGraph(
  sources: InventorySources,
  repository: string,
  known: Iterable<string> = [],
): Promise<RepositoryGraph> {
  const { manifests: stored, complete } = await sources.contents.list(repository);
  const manifests = new Map<string, GraphManifest>();
  const read = await mapConcurrently(stored, AT_A_TIME, async (one) => {
    if (one.images !== undefined) return listedManifest(one);
    const facts = await sources.reader.read(repository, one.digest);
    if (facts === undefined) throw changed(repository, one.digest);
    return graphManifest(facts, one);
  });
  for (const one of read) manifests.set(one.digest, one);
  const pullFree = stored.every(({ images }) => images === undefined);
  if (!complete && pullFree) await follow(sources, repository, manifests, known);
  const graph = { repository, manifests, complete };
  return pullFree ? dated(sources, graph) : graph;
}

function graphManifest(facts: ManifestFacts, stored?: StoredManifest): GraphManifest {
  const { digest, children, subject, blobs, created } = facts;
  const date = dateFrom(stored?.pushed) ?? created;
  return {
    digest,
    tags: stored?.tags ?? [],
    children: children.map((child) => child.digest),
    blobs,
    ...(subject === undefined ? {} : { subject }),
    ...(date === undefined ? {} : { date }),
  };
}

/** What a list tells by itself; untagged images cannot be removed there, so they are no manifests. */
function listedManifest({ digest, tags, pushed, images = [] }: StoredManifest): GraphManifest {
  const date = dateFrom(pushed);
  return {
    digest,
    tags,
    children: images.map((image) => image.digest).filter((child) => child !== digest),
    blobs: new Map(images.map((image) => [image.digest, image.size])),
    ...(date === undefined ? {} : { date }),
  };
}

/** Adds what is there and has no tag, as far as something names it. */
async function follow(
  { reader }: InventorySources,
  repository: string,
  manifests: Map<string, GraphManifest>,
  known: Iterable<string>,
): Promise<void> {
  const asked = new Set<string>(manifests.keys());
  let open = [...known, ...[...manifests.values()].flatMap(namedBy)];
  while (open.length > 0) {
    const fresh = [...new Set(open)].filter((digest) => !asked.has(digest));
    for (const digest of fresh) asked.add(digest);
    const found = await mapConcurrently(fresh, AT_A_TIME, (digest) =>
      reader.read(repository, digest),
    );
    // What is named and not there was removed before, or belongs to another repository.
    const added = found.flatMap((facts) => (facts === undefined ? [] : [graphManifest(facts)]));
    for (const one of added) manifests.set(one.digest, one);
    open = added.flatMap(namedBy);
  }
}

function namedBy({ children, subject, tags }: GraphManifest): string[] {
  const others = [subject, ...tags.map(fallbackSubject)].filter((one) => one !== undefined);
  return [...children, ...others];
}

/** Where neither the registry nor an annotation tells a date, the image's configuration may. */
async function dated(
  { client, reader }: InventorySources,
  graph: RepositoryGraph,
): Promise<RepositoryGraph> {
  const relations = relationsOf(graph);
  const undated = [...graph.manifests.values()].filter(
    ({ digest }) => dateOf(digest, graph, relations) === undefined,
  );
  const manifests = new Map(graph.manifests);
  await mapConcurrently(undated, AT_A_TIME, async (one) => {
    const config = (await reader.read(graph.repository, one.digest))?.config;
    const blob = config === undefined ? undefined : await client.getBlob(graph.repository, config);
    const { created } = blob === undefined ? {} : configFacts(blob);
    if (created !== undefined) manifests.set(one.digest, { ...one, date: created });
  });
  return { ...graph, manifests };
}

function changed(repository: string, digest: string): UserError {
  return new UserError(
    `${digest} of \`${repository}\` was listed and cannot be read: somebody removes images at this ` +
      "moment, or it is of an unknown kind; run the command again",
    "inventory-changed",
  );
}
