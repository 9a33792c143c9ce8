import type { Progress } from "./progress";
import type { Look } from "./terminal";

/** What the command line says, beside the command's name. */
export interface Invocation {
  /** `--stack`. Absent: PULUMI_STACK, else the selected stack, as the Pulumi CLI has it. */
  readonly stack?: string;
  readonly force: boolean;
  /** Where the command was given; the project is the nearest folder upwards with a Pulumi.yaml. */
  readonly folder: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What a command has found or done, for people and for programs. */
export interface Outcome {
  /** 1: something is wrong, although the command itself did its work. */
  readonly exitCode: 0 | 1;
  /** What `--json` prints. Times are RFC 3339 in UTC. */
  readonly json: unknown;
  /** What a person reads; without the line break at its end. */
  readonly text: (look: Look) => string;
}

/** One day-2 command. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says below it, at most 80 columns. */
  readonly description: string;
  /** When the exit code is 0 and when 1; 2 is the same for all. */
  readonly exitCodes: { readonly good: string; readonly fault: string };
  /** Whether it takes `--force`, and what that does. */
  readonly force?: string;
  /** @throws UserError where the command cannot do its work: exit code 1 */
  readonly run: (invocation: Invocation) => Promise<Outcome>;
}
