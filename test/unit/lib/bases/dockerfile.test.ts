import assert from "node:assert/strict";
import { basesIn, type BaseUse, type GivenArgs } from "../../../../lib/bases/dockerfile";
import { textOf } from "../../../../lib/bases/expand";

const FILE = "/p/Dockerfile";
const HEX = "a".repeat(64);

/** `LINE INSTRUCTION IMAGE`, and why not where it cannot be read. */
function shown({ line, instruction, image, written }: BaseUse): string {
  const what = "reason" in image ? `${written} ${image.reason}` : textOf(image);
  return `${line} ${instruction} ${what}`;
}

function bases(text: string, given?: GivenArgs): string[] {
  return basesIn(FILE, text, given).map(shown);
}

describe("the bases of a Dockerfile", () => {
  const cases: [string, string, string[]][] = [
    ["a plain one", "FROM alpine:3\n", ["1 FROM alpine:3"]],
    ["in any case", "from alpine:3 as x\nfrom X\n", ["1 FROM alpine:3"]],
    ["with a platform", "FROM --platform=$BUILDPLATFORM rust:1 AS b\n", ["1 FROM rust:1"]],
    ["no stage, no scratch", "FROM a:1 AS s\nFROM s AS t\nFROM scratch\nFROM t\n", ["1 FROM a:1"]],
    ["a stage that comes later", "FROM late\nFROM a:1 AS late\n", ["1 FROM late", "2 FROM a:1"]],
    [
      "COPY --from, beside other flags",
      "FROM a:1 AS s\nCOPY --link --from=b:2 / /\nCOPY --from=s / /\nCOPY --from=0 / /\n",
      ["1 FROM a:1", "2 COPY --from b:2"],
    ],
    [
      "mounts of other images",
      "FROM a:1 AS s\nRUN --mount=type=bind,from=b:2,target=/x --mount=from=s,target=/y ls\n",
      ["1 FROM a:1", "2 RUN --mount b:2"],
    ],
    ["ONBUILD", "FROM a:1\nONBUILD COPY --from=b:2 / /\n", ["1 FROM a:1", "2 COPY --from b:2"]],
    [
      "the syntax directive",
      "# syntax=docker/dockerfile:1\nFROM a:1\n",
      ["1 # syntax docker/dockerfile:1", "2 FROM a:1"],
    ],
    ["no comments", "# FROM x:1\nFROM a:1\n  # FROM y:1\n", ["2 FROM a:1"]],
    [
      "no heredocs",
      "FROM a:1\nRUN <<EOT bash\nFROM evil:1\nEOT\nCOPY <<-'X' /f\n\tFROM evil:2\n\tX\nFROM b:1\n",
      ["1 FROM a:1", "8 FROM b:1"],
    ],
    [
      "no continued lines",
      "FROM a:1\nRUN echo \\\n  # FROM c:1\nFROM evil:1\nFROM b:1\n",
      ["1 FROM a:1", "5 FROM b:1"],
    ],
    ["another escape", "# escape=`\nFROM a:1\nRUN echo `\nFROM evil:1\n", ["2 FROM a:1"]],
    ["CRLF", "ARG A=a:1\r\nFROM ${A}\r\nFROM b:1\r\n", ["2 FROM a:1", "3 FROM b:1"]],
    ["a lone CR, a line for the parser", "# a\rb\nFROM a:1\n", ["3 FROM a:1"]],
    ["a continued FROM", "FROM \\\n  --platform=linux/amd64 \\\n  a:1 AS x\n", ["3 FROM a:1"]],
    [
      "a broken name",
      "FROM al\\\npine:3\n",
      ["1 FROM al\\\npine:3 goes over several lines; write it on one"],
    ],
    ["a default", "ARG A=a:1\nFROM $A\n", ["2 FROM a:1"]],
    ["quotes", 'ARG A="a:1" B=\'b:$A\'\nFROM "${A}"\nFROM $B\n', ["2 FROM a:1", "3 FROM b:$A"]],
    ["defaults of defaults", "ARG T=1\nARG A=a:${T}\nFROM ${A}\n", ["3 FROM a:1"]],
    ["a later ARG wins", "ARG A=a:1\nARG A=a:2\nFROM $A\n", ["3 FROM a:2"]],
    [
      "an ARG without value",
      "ARG A\nFROM ${A:-a:1}\nFROM ${A:-${B-b:1}}\n",
      ["2 FROM a:1", "3 FROM b:1"],
    ],
    ["other operators", "ARG A=x\nFROM a:1${A:+-slim}${B:+-no}\n", ["2 FROM a:1-slim"]],
    ["an empty value", "ARG A=\nFROM ${A:-a:1}\nFROM ${A-b}a:2\n", ["2 FROM a:1", "3 FROM a:2"]],
    [
      "no stage's ARG",
      "FROM a:1\nARG B=b:1\nFROM $B\n",
      ["1 FROM a:1", "3 FROM $B uses the variable B, which no file here gives a value"],
    ],
    [
      "patterns",
      "ARG A=a:1\nFROM ${A%1}2\n",
      ["2 FROM ${A%1}2 uses `${A%1}2`, which is not understood here"],
    ],
    ["escaped dollars", "FROM a\\$b:1\n", ["1 FROM a$b:1"]],
    ["a brace that is open", "FROM ${A\n", ["1 FROM ${A has a `${` without its `}`"]],
    ["nothing", "", []],
    ["no Dockerfile at all", "{\n}\n", []],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      assert.deepEqual(bases(text), expected);
    });
  }

  it("given values win, and one that cannot be read spoils its own users alone", () => {
    const given: GivenArgs = new Map([
      ["A", { pieces: [{ text: "x:9" }] }],
      ["B", { reason: "is lost" }],
      ["UNDECLARED", { pieces: [{ text: "y:9" }] }],
    ]);
    const text = "ARG A=a:1\nARG B=b:1\nFROM $A\nFROM $B\nFROM $UNDECLARED\n";
    assert.deepEqual(bases(text, given), [
      "3 FROM x:9",
      "4 FROM $B is lost",
      "5 FROM $UNDECLARED uses the variable UNDECLARED, which no file here gives a value",
    ]);
  });

  it("knows where each part stands, and where something is appended", () => {
    const text = `ARG T="1@sha256:${HEX}"\nARG R=ghcr.io/o\nARG W=w:1\nFROM \${R}/a:\${T}\nFROM "\${W}" AS x\n`;
    const [first, second] = basesIn(FILE, text);
    assert.ok(first !== undefined && !("reason" in first.image));
    assert.equal(first.image.pieces.at(-1)?.place?.at, text.indexOf("1@sha256"));
    assert.equal(first.image.end?.at, text.indexOf('\nFROM "${W}'));
    assert.ok(second !== undefined && !("reason" in second.image));
    assert.equal(second.image.end?.at, text.indexOf("w:1") + 3);
  });

  it("appends inside of quotes, and skips a byte order mark", () => {
    const text = '\uFEFFFROM "a:1" AS x\n';
    const [use] = basesIn(FILE, text);
    assert.ok(use !== undefined && !("reason" in use.image));
    assert.equal(textOf(use.image), "a:1");
    assert.equal(use.image.end?.at, text.indexOf("a:1") + 3);
  });
});
