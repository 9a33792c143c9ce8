import { mirrorName } from "../../../dev/images/mirror";
import { NODE } from "../../../dev/images/recipes";
import { REGISTRY_SERVER } from "../../../dev/localRegistry";
import { createProject } from "../../e2e/support/project";
import { shop } from "../../e2e/support/services";
import type { Bench } from "../harness/bench";
import { docker } from "../harness/docker";
import { bareProgram, ordinaryProgram } from "../harness/emptyProgram";
import { byTurns, inTurn, median, seconds } from "../harness/measure";
import { up } from "../harness/pulumi";
import type { Line, Row } from "../harness/row";
import { openTap } from "../harness/tap";

const PORTS = { engine: 15_920, ai: 15_921, ui: 15_922 };
const TARGET = 1.5;

/** A second `pulumi up` of three services that run, against that of an empty program. */
export const noChangeRow: Row = { name: "nochange", stage: "nochange", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const runs = bench.quick ? 1 : 5;
  const tap = await openTap(REGISTRY_SERVER);
  bench.defer(tap.close);
  bench.say("releasing three services through the whole program");
  const project = await createProject({ files: shop({ ports: PORTS, version: "v1" }) });
  bench.defer(() => removeImages(`${tap.server}/${project.namespace}/`));
  bench.defer(() => project.dispose());
  const registry = { server: tap.server, namespace: project.namespace, insecure: true };
  await project.configure({ registry });
  // The base image comes the same way: the builder has a login for this one server.
  const NODE_IMAGE = mirrorName(NODE).replace(REGISTRY_SERVER, tap.server);
  const place = { ...project, environment: { ...project.environment, NODE_IMAGE } };
  const first = await up(bench, place);
  const [empty, bare] = [await ordinaryProgram(bench), await bareProgram(bench)];
  await up(bench, empty);
  await up(bench, bare);
  tap.count();
  let [builds, changes, blobGets, pushes, all] = [0, 0, 0, 0, 0];
  const pair = await byTurns(
    runs,
    async (count) => {
      bench.say(`pulumi up without a change, ${count + 1} of ${runs}`);
      const done = await up(bench, place);
      const asked = tap.count();
      builds += done.builds;
      changes += done.changes;
      blobGets += asked.blobGets;
      pushes += asked.pushes;
      all += asked.all;
      return done.milliseconds;
    },
    async () => (await up(bench, empty)).milliseconds,
  );
  const least = median(await inTurn(runs, async () => (await up(bench, bare)).milliseconds));
  return [
    {
      what: "no-change pulumi up of three services / an empty program's",
      ours: seconds(pair.ours),
      theirs: seconds(pair.theirs),
      ratio: pair.ratio,
      target: `<= ${TARGET}`,
      ok: pair.ratio <= TARGET,
      note: `medians of ${runs} by turns, preview included; theirs as \`pulumi new typescript\` makes it`,
    },
    {
      what: "the same / an empty program that tsx runs without type-checking",
      ours: seconds(pair.ours),
      theirs: seconds(least),
      ratio: pair.ours / least,
      target: "none",
    },
    {
      what: "builds, pushes, GETs of blobs, changes in those runs / in the first",
      ours: `${builds}, ${pushes}, ${blobGets}, ${changes}`,
      theirs: `${first.builds} builds`,
      target: "0",
      ok: builds + pushes + blobGets + changes === 0,
      note: `counted in front of the registry, ${all / runs} requests a run`,
    },
  ];
}

async function removeImages(place: string): Promise<void> {
  const listed = await docker(["image", "ls", "--format", "{{.Repository}} {{.ID}}"]);
  const ids = listed.split("\n").filter((line) => line.startsWith(place));
  const names = new Set(ids.map((line) => line.split(" ")[1] ?? ""));
  if (names.size > 0) await docker(["image", "rm", "-f", ...names]);
}
