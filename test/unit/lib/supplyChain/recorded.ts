import { readFileSync } from "node:fs";
import type { Run, RunResult } from "../../../../lib/process/run";

/** What a real tool printed. */
export interface Recorded extends RunResult {
  readonly name: string;
  /** How it is to be read. */
  readonly outcome: string;
  readonly args: readonly string[];
}

const FOLDER = "test/fixtures/supplyChain";

export function fixture(name: string): string {
  return readFileSync(`${FOLDER}/${name}`, "utf8");
}

/** The recorded calls of one version of cosign, which `test/fixtures/supplyChain` holds. */
export function cosignCalls(version: string): readonly Recorded[] {
  // Recorded by ourselves.
  return JSON.parse(fixture(`cosign-${version}.json`)) as Recorded[];
}

/** What each tool printed as its version, by `NAME-VERSION`. */
export function versionCalls(): Readonly<Record<string, RunResult>> {
  // Recorded by ourselves.
  return JSON.parse(fixture("versions.json")) as Record<string, RunResult>;
}

/** One call of a fake tool. */
export interface SeenCall {
  readonly line: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs nothing; answers by what is called and keeps what was. */
export function fakeRun(answer: (line: readonly string[]) => Partial<RunResult>): {
  readonly run: Run;
  readonly seen: readonly SeenCall[];
} {
  const seen: SeenCall[] = [];
  return {
    seen,
    run: (program, args, options = {}) => {
      const line = [program, ...args];
      seen.push({ line, env: options.env ?? {} });
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer(line) });
    },
  };
}
