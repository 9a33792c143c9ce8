import { appendFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../../lib/errors";
import { bindResource, ResourcePlugin } from "../../../../provider/dispatch";
import { UnfinishedError } from "../../../../provider/resource";
import type { Context, ResourceProvider } from "../../../../provider/resource";
import { serve } from "../../../../provider/serve";

/** A resource that does on demand what real ones do when things go well or wrong. */
interface ProbeInputs {
  readonly text?: string;
  readonly registry?: object;
  readonly nested?: object;
  readonly behaviour?: "refuse" | "fault" | "bug" | "half" | "wait" | "slow-undo";
  /** A file in which the probe notes what it does. */
  readonly journal: string;
}

interface ProbeOutputs extends ProbeInputs {
  readonly derived: string;
}

const probe: ResourceProvider<ProbeInputs, ProbeOutputs> = {
  check: (inputs) =>
    Promise.resolve(
      inputs.behaviour === "refuse"
        ? [
            { at: "nested.password", message: `is \`${JSON.stringify(inputs.nested)}\`, too weak` },
            { at: "text", message: "is not allowed" },
          ]
        : [],
    ),
  create: async (inputs, context) => ({ id: "probe", outputs: await make(inputs, context) }),
  update: (_old, news, context) => make(news, context),
  read: (old) => Promise.resolve({ ...old.outputs, derived: `read ${textOf(old.inputs)}` }),
  delete: (old) => appendFile(old.inputs.journal, "deleted\n"),
};

async function make(inputs: ProbeInputs, context: Context): Promise<ProbeOutputs> {
  context.report("step one");
  context.report(`password is ${JSON.stringify(inputs.nested)}`, "info");
  const outputs = { ...inputs, derived: `made ${textOf(inputs)}` };
  switch (inputs.behaviour) {
    case "fault":
      throw new UserError(`first line ${JSON.stringify(inputs.nested)}\nsecond line`, "probe");
    case "bug":
      throw new TypeError("cannot read properties of undefined");
    case "half":
      throw new UnfinishedError("made, but it does not answer", "probe", outputs);
    case "wait":
    case "slow-undo":
      await wait(inputs, context.signal);
      throw new UserError("interrupted and undone", "probe-aborted");
    default:
      await appendFile(inputs.journal, "made\n");
      return outputs;
  }
}

/** Goes on until it is told to stop, noting every tick, then undoes itself. */
async function wait({ journal, behaviour }: ProbeInputs, signal: AbortSignal): Promise<void> {
  await appendFile(journal, `pid ${process.pid}\n`);
  while (!signal.aborted) {
    await appendFile(journal, "tick\n");
    await sleep(100);
  }
  await appendFile(journal, "undoing\n");
  await sleep(behaviour === "slow-undo" ? 60_000 : 500);
  await appendFile(journal, "undone\n");
}

function textOf(inputs: ProbeInputs): string {
  return JSON.stringify([inputs.text, inputs.nested]);
}

void serve(
  new ResourcePlugin("1.0.0", "probe", { Probe: bindResource(probe) }),
  process.argv.slice(2),
);
