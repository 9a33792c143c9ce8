import type { Command } from "./command";
import { wrap } from "./terminal";

const OPTIONS: readonly (readonly [string, string])[] = [
  ["-s, --stack NAME", "the stack; default: PULUMI_STACK, else the selected one"],
  ["--json", "one JSON document on standard output, for programs"],
  ["-h, --help", "this text"],
];
const USAGE_CODE = "the command line is not understood";

/** The text of `bot-core --help`. */
export function generalHelp(commands: Readonly<Record<string, Command>>): string {
  const list = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    "npx bot-core COMMAND [--stack NAME] [--json]: what a running release needs from day to day",
    "",
    "Commands:",
    ...aligned(list),
    "",
    "Options:",
    ...aligned(OPTIONS),
    "",
    "The stack's configuration is read by the Pulumi CLI, so that its backend and",
    "passphrase are the ones that `pulumi up` uses. `npx bot-core COMMAND --help`",
    "tells each command's exit codes.",
  ].join("\n");
}

/** The text of `bot-core COMMAND --help`. */
export function commandHelp(name: string, command: Command): string {
  const { summary, description, exitCodes, force, operands = [], options = {} } = command;
  const own = [
    ...Object.entries(options).map(
      ([option, { value, text }]) =>
        [`--${option}${value === undefined ? "" : ` ${value}`}`, text] as const,
    ),
    ...(force === undefined ? [] : [["--force", force] as const]),
  ];
  return [
    `npx bot-core ${[name, ...operands].join(" ")}: ${summary}`,
    "",
    description,
    "",
    "Options:",
    ...aligned([...own, ...OPTIONS]),
    "",
    "Exit codes:",
    ...aligned([
      ["0", exitCodes.good],
      ["1", exitCodes.fault],
      ["2", USAGE_CODE],
    ]),
  ].join("\n");
}

const WIDTH = 80;

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const indent = width + 4;
  return rows.flatMap(([name, text]) =>
    wrap(text, WIDTH - indent).map((line, at) =>
      at === 0 ? `  ${name.padEnd(width)}  ${line}` : " ".repeat(indent) + line,
    ),
  );
}
