import { parseArgs, type ParseArgsConfig } from "node:util";
import { messageOf, UserError } from "../lib/errors";
import type { Command } from "./command";

/** A command line, understood. */
export interface CommandLine {
  /** Absent: only `--help` was given. One word, or two as in `images list`. */
  readonly command?: string;
  readonly stack?: string;
  readonly json: boolean;
  readonly force: boolean;
  readonly help: boolean;
  /** What stands behind the command's name. */
  readonly operands: readonly string[];
  /** The command's own options that were given. */
  readonly options: Readonly<Record<string, string | true>>;
}

/** What a command takes beside `--stack`, `--json` and `--help`. */
type Taken = Pick<Command, "force" | "operands" | "options">;
type Commands = Readonly<Record<string, Taken>>;

/**
 * Parses what stands behind `bot-core`.
 * @throws UserError `usage` with what was given and what is allowed
 */
export function parseArguments(args: readonly string[], commands: Commands): CommandLine {
  const { values, positionals } = parse(args, commands);
  const { stack, json, force, help, ...options } = values;
  const line = {
    ...(typeof stack === "string" ? { stack } : {}),
    json: json === true,
    force: force === true,
    help: help === true,
    // Only texts and switches are declared, none of them twice.
    options: options as Readonly<Record<string, string | true>>,
  };
  if (positionals.length === 0) {
    if (line.help) return { ...line, operands: [] };
    throw usageError("no command was given", commands);
  }
  const { command, operands } = split(positionals, commands);
  if (!line.help) assertOperands(command, operands, commands);
  if (stack === "") throw usageError("`--stack` has no name", commands);
  const taken = commands[command];
  const foreign = Object.keys(options).find((name) => taken?.options?.[name] === undefined);
  const surplus = line.force && taken?.force === undefined ? "force" : foreign;
  if (surplus !== undefined) throw usageError(`\`${command}\` takes no \`--${surplus}\``, commands);
  return { command, operands, ...line };
}

/** The command's name is its longest: `images list` before `images`. */
function split(
  positionals: readonly string[],
  commands: Commands,
): { readonly command: string; readonly operands: readonly string[] } {
  for (const words of [2, 1]) {
    const command = positionals.slice(0, words).join(" ");
    const known = positionals.length >= words && Object.hasOwn(commands, command);
    if (known) return { command, operands: positionals.slice(words) };
  }
  const [first = "", second] = positionals;
  const group = Object.keys(commands).filter((name) => name.startsWith(`${first} `));
  if (group.length === 0) throw usageError(`\`${first}\` is no command`, commands);
  const what =
    second === undefined
      ? `\`${first}\` needs to know what to do`
      : `\`${first} ${second}\` is no command`;
  throw usageError(what, Object.fromEntries(group.map((name) => [name, {}])));
}

function assertOperands(command: string, operands: readonly string[], commands: Commands): void {
  const needed = commands[command]?.operands ?? [];
  const surplus = operands[needed.length];
  if (surplus !== undefined) throw usageError(`\`${surplus}\` is not understood`, commands);
  const missing = needed[operands.length];
  if (missing === undefined) return;
  throw new UserError(
    `\`${command}\` needs ${missing}: \`npx bot-core ${command} ${needed.join(" ")}\``,
    "usage",
  );
}

function parse(args: readonly string[], commands: Commands) {
  const own = Object.values(commands).flatMap(({ options = {} }) => Object.entries(options));
  const options: ParseArgsConfig["options"] = {
    ...Object.fromEntries(
      own.map(([name, { value }]) => [
        name,
        { type: value === undefined ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
    stack: { type: "string", short: "s" },
    json: { type: "boolean" },
    force: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // Node's words go on about how to escape a dash, which nobody needs here.
    const words = messageOf(error).split(". ")[0] ?? "";
    throw new UserError(`${words}; \`npx bot-core --help\` lists what is allowed`, "usage");
  }
}

function usageError(what: string, commands: Commands): UserError {
  const names = Object.keys(commands).join(", ");
  return new UserError(
    `${what}; the commands are ${names}: \`npx bot-core --help\` explains them`,
    "usage",
  );
}
