import assert from "node:assert/strict";
import { parseArguments } from "../../../cli/arguments";
import { UserError } from "../../../lib/errors";

const commands = { status: {}, unlock: { force: "breaks it" } };
const nothing = { json: false, force: false, help: false, operands: [], options: {} };

describe("command line", () => {
  const good: readonly (readonly [string, object])[] = [
    ["status", { command: "status", ...nothing }],
    ["status --json --stack prod", { command: "status", ...nothing, json: true, stack: "prod" }],
    ["-s prod status", { command: "status", ...nothing, stack: "prod" }],
    ["unlock --force", { command: "unlock", ...nothing, force: true }],
    ["unlock -h", { command: "unlock", ...nothing, help: true }],
    ["--help", { ...nothing, help: true }],
  ];
  for (const [line, expected] of good) {
    it(`takes \`${line}\``, () => {
      assert.deepEqual(parseArguments(line.split(" "), commands), expected);
    });
  }

  const bad: readonly (readonly [string[], RegExp])[] = [
    [[], /^no command was given; the commands are status, unlock/],
    [["frob"], /^`frob` is no command/],
    [["constructor"], /^`constructor` is no command/],
    [["status", "prod"], /^`prod` is not understood/],
    [["status", "--force"], /^`status` takes no `--force`/],
    [["status", "--stack", ""], /^`--stack` has no name/],
    [["status", "--stack"], /--stack/],
    [["status", "--nope"], /^Unknown option '--nope'; `npx bot-core --help`/],
  ];
  for (const [args, message] of bad) {
    it(`refuses \`${args.join(" ")}\``, () => {
      assert.throws(
        () => parseArguments(args, commands),
        (error) =>
          error instanceof UserError && error.code === "usage" && message.test(error.message),
      );
    });
  }
});
