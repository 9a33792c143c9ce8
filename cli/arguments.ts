import { parseArgs } from "node:util";
import { messageOf, UserError } from "../lib/errors";

/** A command line, understood. */
export interface CommandLine {
  /** Absent: only `--help` was given. */
  readonly command?: string;
  readonly stack?: string;
  readonly json: boolean;
  readonly force: boolean;
  readonly help: boolean;
}

/** What a command takes beside `--stack`, `--json` and `--help`. */
interface Taken {
  readonly force?: string;
}

/**
 * Parses what stands behind `bot-core`.
 * @throws UserError `usage` with what was given and what is allowed
 */
export function parseArguments(
  args: readonly string[],
  commands: Readonly<Record<string, Taken>>,
): CommandLine {
  const { values, positionals } = parse(args);
  const [command, surplus] = positionals;
  const line = {
    ...(values.stack === undefined ? {} : { stack: values.stack }),
    json: values.json === true,
    force: values.force === true,
    help: values.help === true,
  };
  if (command === undefined) {
    if (line.help) return line;
    throw usageError("no command was given", commands);
  }
  if (!Object.hasOwn(commands, command)) {
    throw usageError(`\`${command}\` is no command`, commands);
  }
  if (surplus !== undefined) throw usageError(`\`${surplus}\` is not understood`, commands);
  if (values.stack === "") throw usageError("`--stack` has no name", commands);
  if (line.force && commands[command]?.force === undefined) {
    throw usageError(`\`${command}\` takes no \`--force\``, commands);
  }
  return { command, ...line };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: "string", short: "s" },
        json: { type: "boolean" },
        force: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    // Node's words go on about how to escape a dash, which nobody needs here.
    const words = messageOf(error).split(". ")[0] ?? "";
    throw new UserError(`${words}; \`npx bot-core --help\` lists what is allowed`, "usage");
  }
}

function usageError(what: string, commands: Readonly<Record<string, Taken>>): UserError {
  const names = Object.keys(commands).join(", ");
  return new UserError(
    `${what}; the commands are ${names}: \`npx bot-core --help\` explains them`,
    "usage",
  );
}
