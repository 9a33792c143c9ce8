import { factsReader, readGraph } from "../../../lib/images/inventory";
import { readVersions } from "../../../lib/images/inventoryVersions";
import { RegistryClient } from "../../../lib/oci";
import { mapConcurrently } from "../../../lib/registries/contents/concurrency";
import { privateContents } from "../../../lib/registries/private/contents";
import { planRetention } from "../../../lib/retention";

/** As the commands have it. */
const LIST_AT_A_TIME = 8;
const PLAN_AT_A_TIME = 4;
const SETTINGS = { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false };
const NOTHING = { digests: new Map<string, string>(), versions: new Map<string, string>() };

/**
 * What `images list` or the planning of `images prune` asks of a registry, in a process of its own as the
 * tools have that it is held against. Prints how many versions, or removals, it found.
 */
async function main([what = "", server = "", ...repositories]: readonly string[]): Promise<void> {
  const client = new RegistryClient({ server, insecure: true });
  const reader = factsReader(client);
  const credentials = () => Promise.resolve(undefined);
  const sources = { client, reader, contents: privateContents({ client, reader, credentials }) };
  const counts = await mapConcurrently(
    repositories,
    what === "list" ? LIST_AT_A_TIME : PLAN_AT_A_TIME,
    async (repository) => {
      if (what === "list") return (await readVersions(sources, repository)).length;
      const graph = await readGraph(sources, repository);
      return planRetention(graph, SETTINGS, NOTHING, Date.now()).removals.length;
    },
  );
  console.log(counts.reduce((sum, count) => sum + count, 0));
}

void main(process.argv.slice(2)).then(() => process.exit());
