import { resolveCredentials } from "../../lib/credentials";
import { messageOf, UserError } from "../../lib/errors";
import type { Finding } from "../../lib/errors";
import type {
  ComposeHostInputs,
  ComposeHostOutputs,
  ReleaseImage,
} from "../../lib/resources/composeHost";
import { connect, deployRelease, destroyHost, planRelease, readHost } from "../../lib/rollout";
import type { HostConnection, ReleasePlan, Report } from "../../lib/rollout";
import { planLine } from "../../lib/rollout/plan/lines";
import { withSpentVersion } from "../../lib/rollout/spentVersion";
import { verifyRelease } from "../../lib/supplyChain";
import { withoutCredentials } from "../credentials";
import type { Context, Old, ResourceProvider } from "../resource";
import { toolOptions } from "./tools";
import { hasUnknown, known, sameValue, UNKNOWN } from "../values";
import type { PreviewInputs } from "../values";

/** Faults of the moment: the plan is made from state then. */
const UNREACHABLE: ReadonlySet<string> = new Set(["host-unreachable", "host-no-docker"]);

/** One production host, reconciled to one release. Plans look at the host itself. */
export const composeHost: ResourceProvider<ComposeHostInputs, ComposeHostOutputs> = {
  async check(inputs, context, olds) {
    const model = known(inputs.model);
    if (model !== undefined && !isModel(model)) {
      return [{ at: "model", message: "is no resolved Compose model; build it with lib/compose" }];
    }
    // The engine asks for no diff of a resource that is not in state.
    return olds === undefined ? planFirst(inputs, context) : [];
  },

  async diff(old, news, context) {
    const target = targetOf(news);
    if (target === undefined) return { changes: true };
    try {
      const planned = await onHost(target, context, (host) => planRelease(target, host));
      return {
        changes: planned.changes || moved(old, target) || hasUnknown(news),
        lines: linesOf(planned, old, target),
      };
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      context.report(`${messageOf(error)}; the plan is made from state`, "warning");
      return { changes: inputsDiffer(old, news) };
    }
  },

  async create(inputs, context) {
    const outputs = await deploy(inputs, context);
    return { id: `${inputs.host.project}@${inputs.host.address}`, outputs };
  },

  update: (_old, news, context) => deploy(news, context),

  async read(old, context) {
    const reading = await onHost(old.inputs, context, (host) => readHost(old.inputs, host));
    for (const line of reading.lines) context.report(line, "warning");
    if (!reading.exists) return undefined;
    return { ...old.outputs, state: reading.state, generation: reading.generation };
  },

  async delete(old, context) {
    const { project } = old.inputs.host;
    const options = { report: reportTo(context), signal: context.signal };
    await onHost(old.inputs, context, (host) => destroyHost(project, host, options));
  },
};

async function deploy(inputs: ComposeHostInputs, context: Context): Promise<ComposeHostOutputs> {
  const { pull, endpoint } = inputs.registry;
  try {
    const { state, generation } = await onHost(inputs, context, (host) =>
      deployRelease(inputs, host, {
        report: reportTo(context),
        signal: context.signal,
        credentials: () => resolveCredentials(pull, endpoint.server),
        verify: (services) => verifyRelease(inputs, services, toolOptions(context)),
      }),
    );
    return { ...inputs, state, generation };
  } catch (error) {
    throw withSpentVersion(error, inputs);
  }
}

/** Everything goes over one connection, which is closed whatever happens. */
async function onHost<T>(
  { host }: Pick<ComposeHostInputs, "host">,
  { report, signal }: Context,
  work: (connection: HostConnection) => Promise<T>,
): Promise<T> {
  report(`connecting to ${host.address}`);
  const connection = await connect(host, { signal });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** The plan of a host that is not in state yet: there is no state to fall back on. */
async function planFirst(
  inputs: PreviewInputs<ComposeHostInputs>,
  context: Context,
): Promise<readonly Finding[]> {
  const target = targetOf(inputs);
  if (target === undefined) return [];
  try {
    const planned = await onHost(target, context, (host) => planRelease(target, host));
    for (const line of linesOf(planned)) context.report(line, "info");
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ at: "host", message: error.message }];
  }
}

/**
 * The inputs as far as a plan needs them. A service whose image is still to be built has none here,
 * and the plan says so; an index's digest is not needed where its platform images are known.
 * @returns undefined where anything else is unknown
 */
function targetOf(news: PreviewInputs<ComposeHostInputs>): ComposeHostInputs | undefined {
  const { images, revision, ...rest } = news;
  const others = known<Omit<ComposeHostInputs, "images" | "revision">>(rest);
  if (others === undefined || images === UNKNOWN) return undefined;
  const built = Object.entries(images).flatMap(([name, image]) => {
    if (image === UNKNOWN) return [];
    const { digest, ...platforms } = image;
    const parts = known<Omit<ReleaseImage, "digest">>(platforms);
    return parts === undefined ? [] : [[name, { ...parts, digest: known(digest) ?? "" }] as const];
  });
  const commit = revision === UNKNOWN ? undefined : revision;
  return {
    ...others,
    ...(commit === undefined ? {} : { revision: commit }),
    images: Object.fromEntries(built),
  };
}

function linesOf(
  { services, leftovers, warnings }: ReleasePlan,
  old?: Old<ComposeHostInputs, ComposeHostOutputs>,
  target?: ComposeHostInputs,
): readonly string[] {
  return [
    ...(old !== undefined && target !== undefined && moved(old, target) ? [movedLine(old)] : []),
    ...services.filter(({ action }) => action !== "keep").map(planLine),
    ...leftovers.map(({ why }) => why),
    ...warnings,
  ];
}

/** Another address may be the same machine: nothing is ever stopped because of it. */
function moved(
  old: Old<ComposeHostInputs, ComposeHostOutputs>,
  { host }: ComposeHostInputs,
): boolean {
  return !sameValue(old.inputs.host, host);
}

function movedLine({ inputs: { host } }: Old<ComposeHostInputs, ComposeHostOutputs>): string {
  return (
    `the host changes: project ${host.project} on ${host.address} keeps running as it is; stop it ` +
    "there when nothing uses it any more"
  );
}

function inputsDiffer(
  old: Old<ComposeHostInputs, ComposeHostOutputs>,
  news: PreviewInputs<ComposeHostInputs>,
): boolean {
  return !sameValue(withoutCredentials(old.inputs), withoutCredentials(news));
}

function reportTo({ report }: Context): Report {
  return (line, ephemeral) => {
    report(line, ephemeral ? "ephemeral" : "info");
  };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof UserError && UNREACHABLE.has(error.code);
}

function isModel(text: string): boolean {
  try {
    const model: unknown = JSON.parse(text);
    return typeof model === "object" && model !== null && "services" in model;
  } catch {
    return false;
  }
}
