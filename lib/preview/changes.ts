import { z } from "zod";
import type { Action } from "../rollout";
import { parsePlanLine, type PlanLine } from "../rollout/plan/lines";
import type { ParsedPreview, PreviewStep } from "./preview";

/** One service as a preview leaves it. */
export interface ServiceChange {
  readonly name: string;
  /** Version that runs, or that was published last where the stack has no host. Absent: none yet. */
  readonly now?: string;
  /** Version that it will have. Absent: it goes away. */
  readonly next?: string;
  /** Why something happens to it; absent where nothing does. */
  readonly why?: string;
  readonly action: Action;
  /** Compressed bytes of all platforms before; absent where not known. */
  readonly sizeBefore?: number;
}

/** What a preview means for the services, and what else it changes. */
export interface PreviewReport {
  /** Version that is deployed; absent where the preview tells none. */
  readonly target?: string;
  readonly services: readonly ServiceChange[];
  /** Resources that are not the services' own, each with what happens to it. */
  readonly others: readonly { readonly op: string; readonly type: string; readonly name: string }[];
  /** Lines about services and host that are no plan: what a reviewer should know. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  /** Tags that come into being or move, one line a service. */
  readonly tags: readonly string[];
}

/** Token of the production host. */
export const HOST = "botcore:index:ComposeHost";
const INDEX = "botcore:index:ImageIndex";
const TAGS = "botcore:index:ImageTags";
/** What is checked before a version may be published. */
const GATES = ["ImageScan", "ImageSbom", "ImageSignature", "ImageVerification"] as const;
const STACK = "pulumi:pulumi:Stack";
/** Steps of these are told by the services' table, or are no change to anything. */
const OWN_TYPES = new Set([
  HOST,
  INDEX,
  TAGS,
  STACK,
  ...GATES.map((gate) => `botcore:index:${gate}`),
  "bot-core:index:ServiceImage",
  "botcore:index:RegistryAccess",
  "docker:index/image:Image",
]);
const QUIET = new Set(["same", "read", "refresh", "discard"]);

const Release = z.object({
  version: z.string(),
  services: z.record(z.string(), z.object({ sizeBytes: z.number().optional() })),
});
const HostOutputs = z.object({ state: z.record(z.string(), z.object({ version: z.string() })) });
const Versioned = z.object({ version: z.string() });

/** Reads the services' fate out of a preview. */
export function reportOf({ steps, messages }: ParsedPreview): PreviewReport {
  const host = steps.find(({ type }) => type === HOST);
  const aboutHost = messages.filter(({ type, severity }) => type === HOST && severity === "info");
  const lines = aboutHost.flatMap(({ text }) => text.split("\n"));
  const plans = new Map(
    lines.flatMap((line) => {
      const plan = parsePlanLine(line);
      return plan === undefined ? [] : [[plan.name, plan] as const];
    }),
  );
  const ofProgram = messages.filter(
    ({ type, severity }) => (type === STACK || type === "") && severity === "info",
  );
  const target = targetOf(steps);
  const withSeverity = (wanted: string): string[] =>
    unique(messages.filter(({ severity }) => severity === wanted).map(({ text }) => text));
  return {
    ...(target === undefined ? {} : { target }),
    services: servicesOf(steps, host, plans, target),
    others: steps
      .filter(({ op, type }) => !OWN_TYPES.has(type) && !QUIET.has(op))
      .map(({ op, type, name }) => ({ op, type, name })),
    notes: unique([
      ...ofProgram.map(({ text }) => text),
      ...lines.filter((line) => line !== "" && parsePlanLine(line) === undefined),
    ]),
    warnings: withSeverity("warning"),
    errors: withSeverity("error"),
    tags: messages
      .filter(({ type, severity }) => type === TAGS && severity === "info")
      .map(({ name, text }) => `${name}: ${text}`),
  };
}

function servicesOf(
  steps: readonly PreviewStep[],
  host: PreviewStep | undefined,
  plans: ReadonlyMap<string, PlanLine>,
  target: string | undefined,
): ServiceChange[] {
  const stack = steps.find(({ type }) => type === STACK);
  const before = releaseOf(stack?.old?.outputs["release"]);
  const running = HostOutputs.safeParse(host?.old?.outputs).data?.state;
  const published = steps
    .filter(({ type, op }) => type === "bot-core:index:ServiceImage" && op !== "delete")
    .map(({ name }) => name);
  const names = [running, before?.services].flatMap((one) => Object.keys(one ?? {}));
  return unique([...names, ...published, ...plans.keys()])
    .sort()
    .map((name) => {
      const plan = plans.get(name);
      const now = running === undefined ? before?.version : running[name]?.version;
      const action = plan?.action ?? "keep";
      const next =
        host === undefined ? (target ?? before?.version) : nextVersion(action, now, target);
      const sizeBefore = before?.services[name]?.sizeBytes;
      return {
        name,
        action,
        ...(now === undefined || now === "" ? {} : { now }),
        ...(next === undefined ? {} : { next }),
        ...(plan === undefined ? {} : { why: plan.reason }),
        ...(sizeBefore === undefined ? {} : { sizeBefore }),
      };
    });
}

/** Host and indexes both say which version they are about. */
function targetOf(steps: readonly PreviewStep[]): string | undefined {
  return [HOST, INDEX]
    .flatMap((wanted) => steps.filter(({ type, op }) => type === wanted && op !== "delete"))
    .map((step) => Versioned.safeParse(step.new?.inputs).data?.version)
    .find((version) => version !== undefined);
}

/** A service that is left alone keeps the version whose release last replaced it. */
function nextVersion(
  action: Action,
  now: string | undefined,
  target: string | undefined,
): string | undefined {
  if (action === "remove") return undefined;
  return action === "keep" || action === "mend" ? (now ?? target) : target;
}

/** The record of the last release. */
function releaseOf(value: unknown): z.infer<typeof Release> | undefined {
  return Release.safeParse(value).data;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
