import { setMaxListeners } from "node:events";
import { messageOf, UserError } from "../lib/errors";
import { parseArguments, type CommandLine } from "./arguments";
import type { Command, Invocation, Outcome } from "./command";
import { buildSummary } from "./commands/buildSummary";
import { cost } from "./commands/cost";
import { doctor } from "./commands/doctor";
import { driftIssue } from "./commands/driftIssue";
import { history } from "./commands/history";
import { images } from "./commands/images";
import { previewComment } from "./commands/previewComment";
import { status } from "./commands/status";
import { unlock } from "./commands/unlock";
import { commandHelp, generalHelp } from "./help";
import { progressOn } from "./progress";
import { lookOf } from "./terminal";

const COMMANDS: Readonly<Record<string, Command>> = {
  doctor,
  status,
  history,
  unlock,
  ...images,
  cost,
  "preview-comment": previewComment,
  "build-summary": buildSummary,
  "drift-issue": driftIssue,
};

const FAULT = 1;
const USAGE = 2;
/** 128 + SIGINT. */
const INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<number> {
  const line = parseArguments(args, COMMANDS);
  const command = line.command === undefined ? undefined : COMMANDS[line.command];
  if (line.command === undefined || command === undefined) return print(generalHelp(COMMANDS));
  if (line.help) return print(commandHelp(line.command, command));
  const outcome = await perform(command, line);
  print(
    line.json
      ? JSON.stringify(outcome.json, undefined, 2)
      : outcome.text(lookOf(process.stdout, process.env)),
  );
  return outcome.exitCode;
}

/** The first interrupt ends the work in good order, a second one at once. */
async function perform(command: Command, line: CommandLine): Promise<Outcome> {
  const interrupt = new AbortController();
  // Every request that is under way listens to it.
  setMaxListeners(0, interrupt.signal);
  process.once("SIGINT", () => {
    interrupt.abort();
  });
  const progress = progressOn(process.stderr);
  const invocation: Invocation = {
    ...(line.stack === undefined ? {} : { stack: line.stack }),
    force: line.force,
    operands: line.operands,
    options: line.options,
    folder: process.cwd(),
    progress,
    signal: interrupt.signal,
  };
  const interrupted = new UserError("interrupted", "interrupted");
  try {
    const outcome = await command.run(invocation);
    if (interrupt.signal.aborted) throw interrupted;
    return outcome;
  } catch (error) {
    throw interrupt.signal.aborted ? interrupted : error;
  } finally {
    progress.clear();
  }
}

/** Nothing to say is no empty line: what reads a patch gets none. */
function print(text: string): 0 {
  if (text !== "") process.stdout.write(`${text}\n`);
  return 0;
}

function exitCodeOf(error: unknown): number {
  const code = error instanceof UserError ? error.code : "";
  return code === "usage" ? USAGE : code === "interrupted" ? INTERRUPTED : FAULT;
}

/** A check that was given up on may still wait for its answer: it must not keep the user waiting. */
function end(code: number): void {
  process.stdout.write("", () => process.exit(code));
}

main(process.argv.slice(2)).then(end, (error: unknown) => {
  // A fault of ours keeps its stack; a fault that the user can mend is its message alone.
  const text = error instanceof UserError ? undefined : (error as Error).stack;
  process.stderr.write(`${text ?? messageOf(error)}\n`);
  end(exitCodeOf(error));
});
