import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../../dev/bundle";
import { duplicatesOf, startLoad, type LoadResult } from "../../load/generator";
import type { Bench } from "../harness/bench";
import { baseImage, docker } from "../harness/docker";
import { networkOf } from "../harness/services";

export interface Target {
  readonly project: string;
  /** Published port on loopback. */
  readonly port: number;
  /** Its name on the project's network, and its port there. */
  readonly service: string;
  readonly innerPort: number;
}

export interface Outcome {
  readonly requests: number;
  readonly failures: readonly string[];
  /** Longest time without a good answer at the published port, milliseconds. */
  readonly longestGapMs: number;
  readonly slowestMs: number;
}

type Part = Pick<LoadResult, "requests" | "failures" | "longestGapMs" | "slowestMs">;

/** Load on a service from outside and from a container beside it, at the same time. */
export interface Traffic {
  readonly stop: () => Promise<Outcome>;
}

/** @param connections each way; half of them are kept alive, one in sixteen asks for 1.5 s */
export async function startTraffic(
  bench: Bench,
  target: Target,
  connections: number,
): Promise<Traffic> {
  const name = `${target.project}-caller`;
  const folder = mkdtempSync(join(tmpdir(), "bench-caller-"));
  bench.defer(() => rm(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "caller.js"), await bundle("test/bench/load/caller.ts"));
  await docker([
    ...["run", "-d", "--name", name, "--network", networkOf(target.project)],
    ...["-v", `${folder}:/caller:ro`, await baseImage("node"), "node", "/caller/caller.js"],
    ...[target.service, `${target.innerPort}`, `${connections}`, "inner"],
  ]);
  const outer = startLoad({
    url: `http://127.0.0.1:${target.port}`,
    connections,
    slow: true,
    prefix: "outer",
    maximum: 1_000_000,
  });
  return {
    stop: async () => {
      const first: Part = await outer.stop();
      await docker(["stop", "-t", "60", name]);
      const printed = await docker(["logs", name]);
      await docker(["rm", "-f", name]);
      // Our own caller wrote it.
      const second = JSON.parse(printed) as Part;
      return {
        requests: first.requests + second.requests,
        failures: [...first.failures, ...second.failures],
        longestGapMs: Math.max(first.longestGapMs, second.longestGapMs),
        slowestMs: Math.max(first.slowestMs, second.slowestMs),
      };
    },
  };
}

/** A file that containers append request ids to, one a line. */
export class IdFile {
  private offset = 0;
  private rest = "";
  private readonly ids: string[] = [];

  public constructor(private readonly file: string) {}

  /** How many ids there are by now. */
  public count(): number {
    if (!existsSync(this.file)) return 0;
    const handle = openSync(this.file, "r");
    const chunk = Buffer.alloc(1 << 20);
    let read = readSync(handle, chunk, 0, chunk.length, this.offset);
    while (read > 0) {
      this.offset += read;
      const lines = (this.rest + chunk.toString("latin1", 0, read)).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.ids.push(line);
      read = readSync(handle, chunk, 0, chunk.length, this.offset);
    }
    closeSync(handle);
    return this.ids.length;
  }

  /** Ids that reached the application more than once. */
  public duplicates(): readonly string[] {
    this.count();
    return duplicatesOf(this.ids);
  }
}
