import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDotenv, parseDotenv } from "../../../lib/settings/dotenv";

describe("parseDotenv", () => {
  const cases: readonly (readonly [string, string, Record<string, string>])[] = [
    ["plain values", "A=1\nB=two words \n", { A: "1", B: "two words" }],
    ["no value", "A=\nB=2", { A: "", B: "2" }],
    ["comments and empty lines", "# A=0\n\n  # B=0\nC=3 # c\nD=#d", { C: "3", D: "" }],
    ["a # inside a value", "A=pa#ss", { A: "pa#ss" }],
    ["a dollar sign as it stands", "A=pa$word$$\nB=${A}", { A: "pa$word$$", B: "${A}" }],
    ["single quotes as they stand", "A='x # \\n $y'", { A: String.raw`x # \n $y` }],
    ["double quotes with escapes", String.raw`A="a\n\"b\" \\ # c" # d`, { A: 'a\n"b" \\ # c' }],
    ["values of several lines in quotes", "A='x\ny'\nB=\"1\n2\"", { A: "x\ny", B: "1\n2" }],
    ["export, spaces and colons", "export A = 1\n  B : 2\nC:3", { A: "1", B: "2", C: "3" }],
    ["an = in a value", "A=b=c==", { A: "b=c==" }],
    ["line ends of Windows, a byte order mark", "\uFEFFA=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["the last of two", "A=1\nA=2", { A: "2" }],
    ["lines that say nothing", "A\n=x\n1B=2\nC=3", { C: "3" }],
  ];
  for (const [name, text, expected] of cases) {
    it(`reads ${name}`, () => {
      assert.deepEqual(parseDotenv(text), expected);
    });
  }
});

describe("loadDotenv", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bot-core-dotenv-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("adds what is not set, and leaves what is", () => {
    writeFileSync(join(folder, ".env"), "A=file\nB=file\nC=file\n");
    const environment = { A: "process", C: "" };
    loadDotenv(folder, environment);
    assert.deepEqual(environment, { A: "process", B: "file", C: "" });
  });

  it("does nothing where there is no file", () => {
    const environment = {};
    loadDotenv(folder, environment);
    assert.deepEqual(environment, {});
  });

  it("says what it cannot read", () => {
    mkdirSync(join(folder, ".env"));
    assert.throws(
      () => {
        loadDotenv(folder, {});
      },
      { name: "UserError", code: "dotenv-unreadable", message: /\.env` cannot be read: / },
    );
  });
});
