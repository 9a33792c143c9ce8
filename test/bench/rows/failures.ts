import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../../lib/compose/model";
import type { Bench } from "../harness/bench";
import { PREFIX } from "../harness/docker";
import { applicationImages } from "../harness/images";
import { release } from "../harness/ours";
import type { Line, Row } from "../harness/row";
import { application, loopbackPort } from "../harness/services";
import { plainRelease } from "../harness/theirs";
import { IdFile, startTraffic, type Outcome } from "../load/traffic";

const [OURS, THEIRS] = [`${PREFIX}-failures`, `${PREFIX}-failures-plain`];
const [OUR_PORT, THEIR_PORT] = [15_940, 15_941];
/** Each way, from outside and from a container. */
const CONNECTIONS = 32;
const DRAIN_SECONDS = 10;
/** For the requests that are wanted; a slow machine answers fewer. */
const LIMIT_MS = 6 * 60_000;

/** Requests that fail while releases follow each other. */
export const failuresRow: Row = { name: "failures", stage: "failures", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [switches, wanted, plain] = bench.quick ? [3, 4_000, 1] : [28, 200_000, 4];
  const images = await applicationImages(bench);
  const folder = mkdtempSync(join(tmpdir(), "bench-ids-"));
  chmodSync(folder, 0o777);
  bench.defer(() => rm(folder, { recursive: true, force: true }));
  const ids = new IdFile(join(folder, "ids"));
  const ours = await oursUnderLoad(bench, images, { switches, wanted, folder, ids });
  const theirs = await theirsUnderLoad(bench, images, plain);
  const duplicates = ids.duplicates().length;
  const few = ours.requests < wanted && !bench.quick ? "; this machine gave fewer requests" : "";
  return [
    {
      what: `failed requests over ${switches} switches (plain compose: ${plain} changes)`,
      ours: `${ours.failures.length} of ${ours.requests}`,
      theirs: `${theirs.failures.length} of ${theirs.requests}`,
      target: "0",
      ok: ours.failures.length === 0 && duplicates === 0,
      note:
        `GET and POST, kept and new connections, some of 1.5 s, published port and service to ` +
        `service; ${duplicates} reached the application twice; longest gap ` +
        `${ours.longestGapMs.toFixed(0)} ms, plain compose ${theirs.longestGapMs.toFixed(0)} ms${few}` +
        ours.failures
          .slice(0, 3)
          .map((failure) => `; ${failure}`)
          .join(""),
    },
  ];
}

interface Course {
  readonly switches: number;
  readonly wanted: number;
  readonly folder: string;
  readonly ids: IdFile;
}

async function oursUnderLoad(
  bench: Bench,
  images: readonly [string, string],
  { switches, wanted, folder, ids }: Course,
): Promise<Outcome> {
  const more = {
    ports: [loopbackPort(8080, OUR_PORT)],
    environment: { APP_IDS: "/ids/ids" },
    volumes: [{ type: "bind", source: folder, target: "/ids" }],
  };
  const change = (count: number): Promise<void> =>
    release(bench, OURS, `v${count}`, servicesOf(images, count, more), {
      drainSeconds: DRAIN_SECONDS,
    });
  await change(0);
  const target = { project: OURS, port: OUR_PORT, service: "web", innerPort: 8080 };
  const traffic = await startTraffic(bench, target, CONNECTIONS);
  const end = Date.now() + LIMIT_MS;
  for (let count = 1; count <= switches; count += 1) {
    bench.say(`switch ${count} of ${switches} under load, ${ids.count()} requests so far`);
    await change(count);
    const share = (wanted * count) / switches;
    while (ids.count() < share && Date.now() < end) await sleep(100, undefined, bench);
  }
  return traffic.stop();
}

async function theirsUnderLoad(
  bench: Bench,
  images: readonly [string, string],
  changes: number,
): Promise<Outcome> {
  const more = { ports: [loopbackPort(8080, THEIR_PORT)] };
  await plainRelease(bench, THEIRS, servicesOf(images, 0, more));
  const target = { project: THEIRS, port: THEIR_PORT, service: "web", innerPort: 8080 };
  const traffic = await startTraffic(bench, target, CONNECTIONS);
  for (let count = 1; count <= changes; count += 1) {
    bench.say(`change ${count} of ${changes} by plain compose under load`);
    await plainRelease(bench, THEIRS, servicesOf(images, count, more));
    await sleep(1_000, undefined, bench);
  }
  return traffic.stop();
}

function servicesOf(
  images: readonly [string, string],
  count: number,
  more: JsonObject,
): Readonly<Record<string, JsonObject>> {
  return { web: application(images[count % 2 === 0 ? 0 : 1], more) };
}
