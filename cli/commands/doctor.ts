import { run } from "../../lib/process/run";
import type { Command, Invocation, Outcome } from "../command";
import { runChecks, type CheckResult, type State } from "../doctor/check";
import { allChecks } from "../doctor/checks";
import { projectFolder, readSettings } from "../stack";
import { paint, wrap, type Look, type Tone } from "../terminal";
import { count } from "../words";

/** Longer than an ssh connection and a registry's retries take to be refused. */
const LIMIT_MS = 45_000;

/** `bot-core doctor`: everything that `pulumi up` needs, checked. */
export const doctor: Command = {
  summary: "check everything that `pulumi up` needs, with the mend for each fault",
  description:
    "Runs all checks at once and shows every fault: programs and their versions, the\n" +
    "stack's configuration, the Compose files, what builds, free space, whether the\n" +
    "source is committed, the registry with both logins, the tools that scan, sign\n" +
    "and verify, the host and its lock.\n" +
    "Nothing is changed anywhere. A version that is published already deploys\n" +
    "without anything that builds.",
  exitCodes: { good: "no fault; there may be warnings", fault: "something is missing or wrong" },
  run: async (invocation) => doctorOutcome(await examine(invocation)),
};

async function examine(invocation: Invocation): Promise<readonly CheckResult[]> {
  const { progress, signal } = invocation;
  const folder = projectFolder(invocation.folder);
  const end = new AbortController();
  const shared = AbortSignal.any([signal, end.signal]);
  const checks = allChecks({
    folder,
    settings: () => readSettings({ ...invocation, signal: shared }),
    run,
    env: process.env,
    signal: shared,
  });
  try {
    return await runChecks(checks, {
      limitMs: LIMIT_MS,
      signal,
      onProgress: (open) => {
        progress.show(`${checks.length - open.length} of ${checks.length}: ${open.join(", ")}`);
      },
    });
  } finally {
    end.abort();
  }
}

export function doctorOutcome(checks: readonly CheckResult[]): Outcome {
  const of = (state: State): number => checks.filter((check) => check.state === state).length;
  const faults = of("fault");
  return {
    exitCode: faults === 0 ? 0 : 1,
    json: { good: faults === 0, checks },
    text: (look) => {
      const width = Math.max(...checks.map(({ name }) => name.length));
      return [
        ...checks.flatMap((check) => linesOf(check, width, look)),
        "",
        summaryOf(faults, of("warning"), of("skipped"), look),
      ].join("\n");
    },
  };
}

const TAGS: Readonly<Record<State, { readonly text: string; readonly tone: Tone }>> = {
  ok: { text: "ok", tone: "good" },
  warning: { text: "warn", tone: "warning" },
  fault: { text: "FAULT", tone: "bad" },
  skipped: { text: "-", tone: "faint" },
};
const TAG_WIDTH = 7;
/** On a narrow terminal lines grow longer rather than fall to pieces. */
const LEAST_WIDTH = 30;

function linesOf(
  { name, state, detail, mend }: CheckResult,
  nameWidth: number,
  look: Look,
): string[] {
  const indent = " ".repeat(TAG_WIDTH + nameWidth + 2);
  const width = Math.max(LEAST_WIDTH, look.width - indent.length);
  const { text, tone } = TAGS[state];
  const body = [
    ...wrap(detail, width),
    ...(mend === undefined ? [] : wrap(`mend: ${mend}`, width)),
  ];
  const head = paint(text, tone, look) + " ".repeat(TAG_WIDTH - text.length);
  return body.map((line, index) =>
    index === 0 ? `${head}${name.padEnd(nameWidth)}  ${line}`.trimEnd() : `${indent}${line}`,
  );
}

function summaryOf(faults: number, warnings: number, skipped: number, look: Look): string {
  const besides = [
    ...(warnings === 0 ? [] : [count(warnings, "warning")]),
    ...(skipped === 0 ? [] : [`${skipped} not checked`]),
  ];
  if (faults > 0) return paint([count(faults, "fault"), ...besides].join(", "), "bad", look);
  return [paint("nothing is wrong", "good", look), ...besides].join(", ");
}
