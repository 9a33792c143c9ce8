import { readRecords, type GenerationRecord } from "../../lib/rollout";
import type { HostTarget } from "../../lib/resources/composeHost";
import type { Command, Outcome } from "../command";
import { onHost } from "../stack";
import { table, type Cell } from "../table";
import { shortDigest, timeOf } from "../words";

/** `bot-core history`: the releases that the host still has a record of. */
export const history: Command = {
  summary: "the releases that the host remembers, the live one first",
  description:
    "Shows each recorded release, the newest first: when it was deployed (UTC), by\n" +
    "whom, from which commit, and which services it changed. The host keeps as many\n" +
    "as config `rollout.keepReleases` says; a version that is listed here goes back\n" +
    "in without a pull: `pulumi config set version VERSION && pulumi up`.",
  exitCodes: { good: "done, also where there is none", fault: "the host cannot be asked" },
  run: (invocation) =>
    onHost(invocation, async ({ docker }, target) =>
      historyOutcome(target, await readRecords(docker, target.project)),
    ),
};

/** @param records oldest first */
export function historyOutcome(
  { address, project }: HostTarget,
  records: readonly GenerationRecord[],
): Outcome {
  const releases = records
    .map((record, index) => ({ ...record, changed: changesOf(record, records[index - 1]) }))
    .reverse();
  return {
    exitCode: 0,
    json: { project, address, releases },
    text: (look) =>
      releases.length === 0
        ? `${project} on ${address}: no release yet`
        : table(COLUMNS, releases.map(rowOf), look),
  };
}

/** The services that a release changed, sorted; all of them where the one before is not known. */
function changesOf(record: GenerationRecord, before: GenerationRecord | undefined): string[] {
  const { services } = record;
  const changed = Object.keys(services).filter(
    (name) => services[name]?.spec !== before?.services[name]?.spec,
  );
  const removed = Object.keys(before?.services ?? {}).filter((name) => !(name in services));
  return [...changed, ...removed].sort();
}

const COLUMNS = [
  { title: "GEN" },
  { title: "VERSION", flexible: true },
  { title: "DEPLOYED (UTC)" },
  { title: "BY", flexible: true },
  { title: "SOURCE" },
  { title: "CHANGED", flexible: true },
];

function rowOf(
  release: GenerationRecord & { readonly changed: readonly string[] },
  index: number,
): Cell[] {
  const { generation, version, at, who, revision = "-", changed } = release;
  return [
    { text: String(generation) },
    { text: version, ...(index === 0 ? { tone: "good" as const } : {}) },
    { text: timeOf(at) },
    { text: who },
    { text: shortDigest(revision) },
    { text: changed.length === 0 ? "-" : changed.join(", ") },
  ];
}
