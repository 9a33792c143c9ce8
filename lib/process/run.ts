import { spawn, type ChildProcess } from "node:child_process";
import { UserError } from "../errors";

/** How a program is run. */
export interface RunOptions {
  /** Text for the program's standard input; the place for secrets. Default: closed at once. */
  readonly input?: string;
  /** Added to this process's environment. A value of undefined removes the variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds; then SIGTERM, two seconds later SIGKILL. Default: none. */
  readonly timeoutMs?: number;
  /** Aborting ends the program like the timeout does. */
  readonly signal?: AbortSignal;
  /** Called with each complete line of standard output and error, as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  /** Exit code; 128 + signal number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs programs; tests pass a fake. */
export type Run = (
  program: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<RunResult>;

const KILL_AFTER_MS = 2_000;
const SIGNAL_EXIT_BASE = 128;

/**
 * Runs a program to its end, without a shell, and returns what it printed whatever its exit code.
 * @throws UserError `program-missing` where the program is not on PATH,
 *   `program-timeout` past `timeoutMs`, `program-aborted` where the signal was given
 */
export const run: Run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const out = collect(options.onLine);
    const err = collect(options.onLine);
    const ending = new Ending(child);
    const unwatch = watchLimits(program, options, ending);
    child.stdout.setEncoding("utf8").on("data", out.push);
    child.stderr.setEncoding("utf8").on("data", err.push);
    child.on("error", (error: NodeJS.ErrnoException) => {
      unwatch();
      reject(error.code === "ENOENT" ? missingError(program) : error);
    });
    child.on("close", (code, signal) => {
      unwatch();
      if (ending.reason !== undefined) {
        reject(ending.reason);
        return;
      }
      resolve({
        code: code ?? SIGNAL_EXIT_BASE + signalNumber(signal),
        stdout: out.text(),
        stderr: err.text(),
      });
    });
    // A program that exits without reading its input is no fault of ours.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });

/** Ends a program before its time, once: first by SIGTERM, then by SIGKILL. */
class Ending {
  /** Why it was ended; undefined while nobody did. */
  public reason: UserError | undefined;

  public constructor(private readonly child: ChildProcess) {}

  public begin(reason: UserError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.child.kill("SIGTERM");
    setTimeout(() => this.child.kill("SIGKILL"), KILL_AFTER_MS).unref();
  }
}

/**
 * Ends the program at its timeout and at its signal.
 * @returns stops watching
 */
function watchLimits(
  program: string,
  { timeoutMs, signal }: RunOptions,
  ending: Ending,
): () => void {
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          ending.begin(timeoutError(program, timeoutMs));
        }, timeoutMs);
  const onAbort = (): void => {
    ending.begin(new UserError(`\`${program}\` was interrupted`, "program-aborted"));
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
}

function collect(onLine: ((line: string) => void) | undefined): {
  push: (chunk: string) => void;
  text: () => string;
} {
  const chunks: string[] = [];
  let rest = "";
  return {
    push: (chunk) => {
      chunks.push(chunk);
      if (onLine === undefined) return;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    },
    text: () => {
      if (onLine !== undefined && rest !== "") onLine(rest);
      rest = "";
      return chunks.join("");
    },
  };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  return signal === null ? 0 : (numbers[signal] ?? 0);
}

function missingError(program: string): UserError {
  return new UserError(
    `\`${program}\` is not on PATH; install it and run again`,
    "program-missing",
  );
}

function timeoutError(program: string, timeoutMs: number): UserError {
  return new UserError(
    `\`${program}\` did not end within ${timeoutMs / 1000} s and was stopped`,
    "program-timeout",
  );
}
