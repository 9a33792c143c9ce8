import { once } from "node:events";
import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { makeProject, type Project } from "../../provider/plugin/project";
import type { Bench } from "../harness/bench";
import { openFleet, SIZE, type Fleet } from "../harness/fleet";
import { mebibytes } from "../harness/measure";
import { inputsOf } from "../harness/ours";
import { watchMemory } from "../harness/processes";
import type { Line, Row } from "../harness/row";
import { composeFile, plainUp } from "../harness/theirs";

const TARGET_MIB = 200;
const MIB = 2 ** 20;
const PLUGIN = "pulumi-resource-botcore";

/** Memory of the plugin's process while it releases thirty services, through the real engine. */
export const pluginRow: Row = { name: "plugin", stage: "fleet", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const fleet = await openFleet(bench, true);
  const project = await makeProject({ botcore: resolve(__dirname, "../../../provider") });
  try {
    await declare(project, fleet);
    bench.say(`pulumi up of ${SIZE} changed services`);
    const child = project.start("up", "--yes", "--skip-preview");
    const ours = await peakOf(bench, child, PLUGIN);
    bench.say("the same by plain compose");
    const plain = spawn("docker", [...plainUp(fleet.theirs)], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    plain.stdin.end(composeFile(fleet.theirs, fleet.change(SIZE)));
    const theirs = await peakOf(bench, plain, "docker");
    return [
      {
        what: `memory of the plugin in a release of ${SIZE} services / of docker compose`,
        ours: mebibytes(ours),
        theirs: mebibytes(theirs),
        ratio: ours / theirs,
        target: `<= ${TARGET_MIB} MiB`,
        ok: ours <= TARGET_MIB * MIB,
        note:
          "peak of resident memory (VmHWM) of the process pulumi-resource-botcore under the real " +
          "engine, without the docker compose that it starts",
      },
    ];
  } finally {
    await project.remove();
  }
}

/** @throws Error where the program failed or no such process was seen */
async function peakOf({ signal }: Bench, child: ChildProcess, part: string): Promise<number> {
  const stop = watchMemory(child.pid ?? 0, part);
  const end = (): void => {
    child.kill("SIGINT");
  };
  signal.addEventListener("abort", end, { once: true });
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", end);
  const peak = stop();
  if (code !== 0) throw new Error(`the release ended with ${String(code)}`);
  if (peak === 0) throw new Error(`no process \`${part}\` was seen`);
  return peak;
}

/** A program that declares the fleet's host with every service changed. */
async function declare(project: Project, fleet: Fleet): Promise<void> {
  const inputs = await inputsOf(fleet.ours, fleet.version(), fleet.change(SIZE));
  await project.program(`
    const pulumi = require("@pulumi/pulumi");
    class ComposeHost extends pulumi.CustomResource {
      constructor(name, args) {
        super("botcore:index:ComposeHost", name, { ...args, state: undefined, generation: undefined });
      }
    }
    new ComposeHost("host", ${JSON.stringify(inputs)}, { retainOnDelete: true });
  `);
}
