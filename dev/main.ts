import { join } from "node:path";
import { UserError, messageOf } from "../lib/errors";
import { bench } from "./bench";
import { check } from "./check";
import { devEnvironment } from "./environment";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";
import { pulumiCommand, wakeEngine } from "./pulumiCommand";
import { reset } from "./reset";
import { start } from "./start";
import { test } from "./test";

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  start,
  test,
  bench,
  check,
  reset,
  pulumi: async (args) => {
    await wakeEngine();
    return pulumiCommand(args);
  },
  "bot-core": async (args) => {
    await wakeEngine();
    const launcher = join(CHECKOUT, "cli", "bot-core.mjs");
    return runInForeground(process.execPath, [launcher, ...args], devEnvironment());
  },
};

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new UserError(
      `unknown command \`${name}\`; allowed are ${Object.keys(COMMANDS).join(", ")}`,
      "unknown-command",
    );
  }
  return command(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // A fault of ours keeps its stack; a fault that the user can mend is its message alone.
    const text = error instanceof UserError ? messageOf(error) : (error as Error).stack;
    process.stderr.write(`\n${text ?? messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
