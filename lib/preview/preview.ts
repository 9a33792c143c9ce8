import { z } from "zod";
import { UserError } from "../errors";

const Resource = z.object({
  type: z.string(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});
const Step = z.object({
  op: z.string(),
  urn: z.string(),
  oldState: Resource.nullish(),
  newState: Resource.nullish(),
});
const Diagnostic = z.object({
  urn: z.string().optional(),
  message: z.string(),
  severity: z.string(),
});
const Preview = z.object({
  steps: z.array(Step).nullish(),
  diagnostics: z.array(Diagnostic).nullish(),
});

/** What a preview would do to one resource. */
export interface PreviewStep {
  /** The engine's word: `create`, `update`, `replace`, `delete`, `same`, `read`… */
  readonly op: string;
  readonly type: string;
  /** Logical name, the last part of the URN. */
  readonly name: string;
  readonly old: PreviewState | undefined;
  readonly new: PreviewState | undefined;
}

export interface PreviewState {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface PreviewMessage {
  /** `info`, `warning` or `error`; the engine's other words count as they stand. */
  readonly severity: string;
  /** Logical name of the resource it is about; the stack's for the program's own. */
  readonly name: string;
  /** Token of that resource. */
  readonly type: string;
  readonly text: string;
}

/** A preview as `pulumi preview --json` prints it, as far as a comment needs it. */
export interface ParsedPreview {
  /** Name of the stack; `""` where the preview failed before it named any resource. */
  readonly stack: string;
  readonly steps: readonly PreviewStep[];
  readonly messages: readonly PreviewMessage[];
}

/**
 * Parses what `pulumi preview --json` printed. Secrets stand in it as `[secret]`.
 * @throws UserError `preview-invalid` for anything else
 */
export function parsePreview(text: string): ParsedPreview {
  const parsed = Preview.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new UserError(
      "the preview is not what `pulumi preview --json` prints; run it again and give its standard " +
        "output, e.g. `pulumi preview --json > preview.json`",
      "preview-invalid",
    );
  }
  const { steps, diagnostics } = parsed.data;
  const urns = [...(steps ?? []), ...(diagnostics ?? [])].map(({ urn = "" }) => urn);
  return {
    stack: urns.map(stackOf).find((name) => name !== "") ?? "",
    steps: (steps ?? []).map(stepOf),
    messages: (diagnostics ?? []).map(({ severity, urn = "", message }) => ({
      severity: severity === "info#err" ? "info" : severity,
      ...placeOf(urn),
      text: message.trim(),
    })),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stepOf({ op, urn, oldState, newState }: z.infer<typeof Step>): PreviewStep {
  return {
    op,
    ...placeOf(urn),
    old: stateOf(oldState),
    new: stateOf(newState),
  };
}

function stateOf(state: z.infer<typeof Resource> | null | undefined): PreviewState | undefined {
  if (state === null || state === undefined) return undefined;
  return { inputs: state.inputs ?? {}, outputs: state.outputs ?? {} };
}

function stackOf(urn: string): string {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function placeOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}
