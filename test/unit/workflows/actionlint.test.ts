import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { skip } from "../../../dev/skip";
import { buildGoTool } from "../../../dev/goTool";
import { withLock } from "../../../dev/lock";
import { cached } from "../../../dev/paths";
import { messageOf } from "../../../lib/errors";
import { run } from "../../../lib/process/run";
import { CHECKOUT } from "./model";

const VERSION = "v1.7.12";
const TOOL = {
  name: "actionlint",
  module: "actionlint",
  importPath: "github.com/rhysd/actionlint/cmd/actionlint",
  ldflags: "-s -w",
  program: cached("tools", `actionlint-${VERSION}`, "actionlint"),
};

describe("actionlint", function () {
  this.timeout(240_000);
  let program: string;

  before(async function () {
    const found = onPath("actionlint");
    if (found !== undefined) {
      program = found;
      return;
    }
    try {
      await withLock("actionlint", () => buildGoTool(TOOL, () => undefined));
      program = TOOL.program;
    } catch (error) {
      skip(this, `no actionlint on PATH, and it cannot be built: ${messageOf(error)}`);
    }
  });

  it("finds nothing in the workflows, with shellcheck where that is there", async () => {
    const shellcheck = onPath("shellcheck") ?? "";
    const { code, stdout, stderr } = await run(
      program,
      ["-no-color", "-pyflakes", "", "-shellcheck", shellcheck],
      { cwd: CHECKOUT },
    );
    assert.equal(code, 0, stdout + stderr);
  });

  it("is the one that would find something", async () => {
    const workflow =
      "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${{ github.head_ref }}\n";
    const { code, stdout } = await run(program, ["-no-color", "-"], { input: workflow });
    assert.notEqual(code, 0);
    assert.match(stdout, /head_ref/);
  });
});

function onPath(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);
}
