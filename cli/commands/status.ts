import { readLock, type LockHolder } from "../../lib/rollout/lock";
import { observe } from "../../lib/rollout/state/observe";
import type { ObservedHost } from "../../lib/rollout/state/observed";
import type { GenerationRecord } from "../../lib/rollout/state/records";
import type { HostTarget } from "../../lib/resources/composeHost";
import type { Command, Outcome } from "../command";
import { isServiceGood, serviceStatuses, type ServiceStatus } from "../serviceStatus";
import { onHost } from "../stack";
import { table, type Cell } from "../table";
import { paint, plain, type Look } from "../terminal";
import { ageOf, shortDigest, timeOf } from "../words";

/** `bot-core status`: what runs on the stack's host now. Reads the host alone, and writes nothing. */
export const status: Command = {
  summary: "what runs on the host, in which version, and how it is",
  description:
    "Shows each service with the version whose release last replaced it, the first\n" +
    "12 characters of its image's digest, its health, how long it has been running\n" +
    "and the colour that serves; and who holds the host's lock, if anybody does.",
  exitCodes: {
    good: "every service is good",
    fault: "a service is not, nothing runs, or the host cannot be asked",
  },
  run: (invocation) =>
    onHost(invocation, async ({ docker }, target) => {
      const { project } = target;
      const asked = { project, services: [], networks: [], images: [] };
      const [host, lock] = await Promise.all([observe(docker, asked), readLock(docker, project)]);
      return statusOutcome(target, host, lock, Date.now());
    }),
};

/**
 * The outcome for what was observed.
 * @param now milliseconds since the epoch
 */
export function statusOutcome(
  { address, project }: HostTarget,
  host: ObservedHost,
  lock: LockHolder | undefined,
  now: number,
): Outcome {
  const services = serviceStatuses(host);
  const release = host.records.at(-1);
  const good = services.length > 0 && services.every(isServiceGood);
  return {
    exitCode: good ? 0 : 1,
    json: {
      project,
      address,
      good,
      ...(release === undefined ? {} : { release: facts(release) }),
      services,
      ...(lock === undefined ? {} : { lock: holderFacts(lock) }),
    },
    text: (look) =>
      [
        ...releaseLines(project, address, release),
        ...(services.length === 0 ? [] : ["", serviceTable(services, now, look)]),
        ...(lock === undefined ? [] : ["", paint(lockLine(lock), "warning", look)]),
      ].join("\n"),
  };
}

function facts({ generation, version, revision, at, who }: GenerationRecord): object {
  return { generation, version, ...(revision === undefined ? {} : { revision }), at, who };
}

/** Who holds a lock, for `--json`. */
export function holderFacts({ owner, since, deadline }: LockHolder): object {
  return { who: owner.who, machine: owner.machine, pid: owner.pid, since, deadline };
}

function releaseLines(
  project: string,
  address: string,
  release: GenerationRecord | undefined,
): string[] {
  const place = `${project} on ${address}`;
  if (release === undefined) return [`${place}: no release yet`];
  const { version, generation, revision, at, who } = release;
  const source = revision === undefined ? "" : ` from ${shortDigest(revision)}`;
  return [
    plain(`${place}: ${version}, generation ${generation}`),
    plain(`deployed ${timeOf(at)} UTC by ${who}${source}`),
  ];
}

function lockLine({ owner, since, deadline }: LockHolder): string {
  return plain(
    `locked by ${owner.who} (process ${owner.pid}) since ${timeOf(since)} UTC, ` +
      `until ${timeOf(deadline)} at most`,
  );
}

const COLUMNS = [
  { title: "SERVICE", flexible: true },
  { title: "VERSION", flexible: true },
  { title: "DIGEST" },
  { title: "HEALTH" },
  { title: "SINCE" },
  { title: "COLOUR" },
];

function serviceTable(services: readonly ServiceStatus[], now: number, look: Look): string {
  const rows = services.map((service): Cell[] => [
    { text: service.name },
    { text: orDash(service.version) },
    { text: orDash(shortDigest(service.digest)) },
    { text: service.health, tone: isServiceGood(service) ? "good" : "bad" },
    { text: service.since === undefined ? "-" : ageOf(Date.parse(service.since), now) },
    { text: service.colour ?? "-" },
  ]);
  return table(COLUMNS, rows, look);
}

function orDash(text: string): string {
  return text === "" ? "-" : text;
}
