import type { Progress } from "./progress";
import type { Look } from "./terminal";

/** What the command line says, beside the command's name. */
export interface Invocation {
  /** `--stack`. Absent: PULUMI_STACK, else the selected stack, as the Pulumi CLI has it. */
  readonly stack?: string;
  readonly force: boolean;
  /** What stands behind the command's name, e.g. a version. */
  readonly operands: readonly string[];
  /** The command's own options that were given: their values, `true` for those without. */
  readonly options: Readonly<Record<string, string | true>>;
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

/** An option that one command alone takes. */
export interface CommandOption {
  /** Name of its value in the help, e.g. `N`. Absent: it takes none. */
  readonly value?: string;
  /** What it does, for the help. */
  readonly text: string;
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
  /** Names of what has to stand behind the command, e.g. `VERSION`. Default: nothing. */
  readonly operands?: readonly string[];
  /** By name, without dashes. Default: none. */
  readonly options?: Readonly<Record<string, CommandOption>>;
  /** @throws UserError where the command cannot do its work: exit code 1 */
  readonly run: (invocation: Invocation) => Promise<Outcome>;
}
