import { messageOf } from "../../lib/errors";

/** What a check has found. `skipped`: another fault has to be mended before it can be told. */
export type State = "ok" | "warning" | "fault" | "skipped";

export interface Finding {
  readonly state: State;
  /** What was found, or what is wrong. */
  readonly detail: string;
  /** What to do about it. Absent where the detail says it, as the messages of lib/ do. */
  readonly mend?: string;
}

/** One thing that `pulumi up` needs. */
export interface Check {
  readonly name: string;
  /** Anything thrown is a fault with that message. */
  readonly run: (signal: AbortSignal) => Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly name: string;
}

/** Thrown by what a check waits for in vain: the fault is another check's. */
export class Unknown extends Error {}

export function ok(detail: string): Finding {
  return { state: "ok", detail };
}

export function warning(detail: string, mend: string): Finding {
  return { state: "warning", detail, mend };
}

export function fault(detail: string, mend: string): Finding {
  return { state: "fault", detail, mend };
}

export interface RunOptions {
  /** Milliseconds for each check, including what it waits for. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** Called whenever a check has ended, with the names of those that have not. */
  readonly onProgress?: (open: readonly string[]) => void;
}

/** Runs all checks at once, each within its limit. Never fails; the order is the given one. */
export async function runChecks(
  checks: readonly Check[],
  { limitMs, signal, onProgress }: RunOptions,
): Promise<readonly CheckResult[]> {
  const open = new Set(checks.map(({ name }) => name));
  onProgress?.([...open]);
  return Promise.all(
    checks.map(async ({ name, run }) => {
      const finding = await bounded(run, limitMs, signal);
      open.delete(name);
      onProgress?.([...open]);
      return { name, ...finding };
    }),
  );
}

async function bounded(run: Check["run"], limitMs: number, signal: AbortSignal): Promise<Finding> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const late = new Promise<Finding>((resolve) => {
    const giveUp = (): void => {
      const what = signal.aborted ? "interrupted" : `no answer within ${limitMs / 1000} s`;
      resolve(fault(what, "see why it hangs, and try again"));
    };
    if (limit.aborted) giveUp();
    limit.addEventListener("abort", giveUp, { once: true });
  });
  return Promise.race([late, run(limit).catch(findingOf)]);
}

function findingOf(error: unknown): Finding {
  const state = error instanceof Unknown ? "skipped" : "fault";
  return { state, detail: messageOf(error) };
}

const SEVERITY: readonly State[] = ["ok", "skipped", "warning", "fault"];

/** Several findings as one: the worst of them, or all of them where all are well. */
export function worstOf(findings: readonly Finding[]): Finding {
  const worst = Math.max(0, ...findings.map(({ state }) => SEVERITY.indexOf(state)));
  const state = SEVERITY[worst] ?? "ok";
  const chosen = findings.filter((finding) => finding.state === state);
  const mends = [...new Set(chosen.flatMap(({ mend }) => mend ?? []))];
  const details = chosen.map((finding) => finding.detail).filter((text) => text !== "");
  const detail = [...new Set(details)].join("\n");
  return { state, detail, ...(mends.length === 0 ? {} : { mend: mends.join("\n") }) };
}
