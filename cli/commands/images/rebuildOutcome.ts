import type { BaseOutcome, Fixable, JudgedBase, Rebuild } from "../../../lib/bases";
import type { Outcome } from "../../command";
import { plain } from "../../terminal";

/** By service: what its scans found, or why that is not known; undefined: it has no report. */
export type ServiceFindings = ReadonlyMap<string, Fixable | string | undefined>;

const SHORT_DIGEST = "sha256:".length + 12;

/**
 * On standard output stands the patch alone, so that it can be applied. What `--json` prints tells by
 * `whole` why the exit code is 1: false where a base could not be asked or a file not be read; the
 * others are done all the same. A command that failed prints none.
 */
export function rebuildOutcome(plan: Rebuild, findings: ServiceFindings, check: boolean): Outcome {
  const whole = plan.faults.length === 0 && !plan.bases.some(isFailed);
  return {
    exitCode: !whole || (check && plan.files.length > 0) ? 1 : 0,
    json: {
      whole,
      changes: plan.files.length > 0,
      written: check ? [] : plan.files.map(({ name }) => name),
      bases: plan.bases.map(({ outcome, ...base }) => ({ ...base, ...outcome })),
      findings: Object.fromEntries(
        [...findings].map(([service, found]) => [service, found ?? null] as const),
      ),
      faults: plan.faults,
      diff: plan.diff,
    },
    text: () => plan.diff.replace(/\n$/, ""),
  };
}

/** What there is to say of each base that is not simply right, a paragraph each. */
export function rebuildNotes({ bases, faults }: Rebuild, findings: ServiceFindings): string[] {
  const notes = bases.flatMap((base) => {
    const words = wordsOf(base);
    if (words === undefined) return [];
    const about = base.outcome.kind === "moved" ? findingsNotes(base, findings) : [];
    return [`${base.at}: ${base.reference.replace(/@.*/, "")} ${words}`, ...about];
  });
  const unread = faults.map(({ at, message }) => `${at}: ${message}`);
  const none = bases.length === 0 && faults.length === 0 ? ["no service is built from a base"] : [];
  return [...notes, ...unread, ...none].map(plain);
}

function wordsOf({ outcome }: JudgedBase): string | undefined {
  switch (outcome.kind) {
    case "moved":
      return outcome.from === undefined
        ? `stays on its tag and is pinned to ${short(outcome.to)}`
        : `stays on its tag, which now stands for ${short(outcome.to)}, not ${short(outcome.from)}`;
    case "current":
      return undefined;
    case "unpinned":
      return "has no digest; `--pin` gives it one";
    case "skipped":
      return outcome.reason;
    case "failed":
      return `could not be asked: ${outcome.message}`;
  }
}

function findingsNotes({ services }: JudgedBase, findings: ServiceFindings): string[] {
  return services.flatMap((service) => {
    if (!findings.has(service)) return [];
    const found = findings.get(service);
    if (found === undefined) return [`  ${service}: its deployed version has no scan report`];
    if (typeof found === "string") {
      return [`  ${service}: its scan reports are not known: ${found}`];
    }
    const { fixable, findings: all } = found;
    return [`  ${service}: ${fixable} of ${all} findings have a fixed version`];
  });
}

function isFailed({ outcome }: { readonly outcome: BaseOutcome }): boolean {
  return outcome.kind === "failed";
}

function short(digest: string): string {
  return digest.slice(0, SHORT_DIGEST);
}
