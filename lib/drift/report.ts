import type { ParsedPreview, PreviewStep } from "../preview/preview";
import { HOST, type PreviewReport, reportOf, type ServiceChange } from "../preview/changes";
import { isDeepStrictEqual } from "node:util";
import { unseenIn } from "./unseen";

/** How what runs differs from what should. */
export interface DriftReport {
  /** Version that is compared; absent where nothing tells it. */
  readonly version?: string;
  /** Services that an update of the very version that is deployed would touch. */
  readonly services: readonly ServiceChange[];
  /** Other resources that it would touch, each with the engine's word for it. */
  readonly resources: PreviewReport["others"];
  /** What differs from the state, found by looking at each resource. */
  readonly changed: readonly ChangedResource[];
  /** What the host said, beside the plan. */
  readonly notes: readonly string[];
  /** Why the comparison failed. */
  readonly errors: readonly string[];
  /** What was not looked at, although nothing failed. */
  readonly unseen: readonly string[];
  /** true: the host itself is among what failed or was not looked at. */
  readonly hostUnseen: boolean;
}

export interface ChangedResource {
  readonly type: string;
  readonly name: string;
  /** true: it is gone. */
  readonly gone: boolean;
  /** Names of the properties that differ, sorted. */
  readonly properties: readonly string[];
}

/** Image resources leave the state with their version; the registry keeps all that they made. */
const IMAGE_TYPE = /^(?:botcore:index:Image|docker:index\/image:Image$)/;
const NO_CHANGE = new Set(["same", "read", "refresh"]);

/**
 * @param preview of the version that is deployed: what an update would mend
 * @param refresh by `pulumi refresh --preview-only`: what differs from the state. Default: not looked
 */
export function driftOf(preview: ParsedPreview, refresh?: ParsedPreview): DriftReport {
  const { target, services, others, notes } = reportOf(preview);
  const both = [preview, ...(refresh === undefined ? [] : [refresh])];
  const failed = both.flatMap(({ messages }) =>
    messages.filter(({ severity }) => severity === "error"),
  );
  const unseen = both.flatMap(unseenIn);
  return {
    ...(target === undefined ? {} : { version: target }),
    services: services.filter(({ action }) => action !== "keep" && action !== "job"),
    resources: others.filter(({ type }) => !IMAGE_TYPE.test(type)),
    changed: (refresh?.steps ?? []).flatMap((step) => changedBy(step)),
    notes,
    errors: textsOf(failed),
    unseen: [
      ...textsOf(unseen),
      ...(preview.steps.length === 0 && failed.length === 0 ? [NOTHING] : []),
    ],
    hostUnseen: [...failed, ...unseen].some(({ type }) => type === HOST),
  };
}

/** Even a stack without resources has one step, its own. */
const NOTHING = "the preview names no resource, so that nothing was compared; run it again";

/** Whether anything is not as it should be. */
export function hasDrift({ services, resources, changed }: DriftReport): boolean {
  return services.length + resources.length + changed.length > 0;
}

/** Whether everything was looked at: only then no difference means that there is none. */
export function isWhole({ errors, unseen }: DriftReport): boolean {
  return errors.length + unseen.length === 0;
}

function textsOf(messages: ParsedPreview["messages"]): string[] {
  return [...new Set(messages.map(({ text }) => text))];
}

function changedBy({ op, type, name, old, new: now }: PreviewStep): ChangedResource[] {
  if (op === "delete" || (op === "refresh" && now === undefined)) {
    return [{ type, name, gone: true, properties: [] }];
  }
  const [before, after] = [old?.outputs ?? {}, now?.outputs ?? {}];
  const properties = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .sort();
  const differs = properties.length > 0 || !NO_CHANGE.has(op);
  return differs ? [{ type, name, gone: false, properties }] : [];
}
