import assert from "node:assert/strict";
import { lookOf, paint, plain, wrap } from "../../../cli/terminal";

const terminal = { isTTY: true, columns: 120 };

describe("look of an output", () => {
  const cases = [
    ["a terminal", terminal, {}, { width: 120, colour: true }],
    ["a terminal without a size", { isTTY: true, columns: 0 }, {}, { width: 80, colour: true }],
    ["a file or pipe", {}, {}, { width: 80, colour: false }],
    ["NO_COLOR", terminal, { NO_COLOR: "1" }, { width: 120, colour: false }],
    ["an empty NO_COLOR", terminal, { NO_COLOR: "" }, { width: 120, colour: true }],
    ["a dumb terminal", terminal, { TERM: "dumb" }, { width: 120, colour: false }],
  ] as const;
  for (const [title, stream, env, expected] of cases) {
    it(title, () => {
      assert.deepEqual(lookOf(stream, env), expected);
    });
  }
});

describe("text", () => {
  it("is painted only where colour is", () => {
    assert.equal(paint("x", "bad", { width: 80, colour: false }), "x");
    assert.equal(paint("x", undefined, { width: 80, colour: true }), "x");
    assert.equal(paint("x", "bad", { width: 80, colour: true }), "\u001b[31mx\u001b[0m");
  });

  it("cannot move the cursor", () => {
    assert.equal(plain("a\u001b[1Ab\r\nc\u009bd"), "a [1Ab c d");
  });

  const cases: readonly (readonly [string, string, string[]])[] = [
    ["short", "a b", ["a b"]],
    ["at spaces", "one two three", ["one two", "three"]],
    ["long words whole", "a https://example.com b", ["a", "https://example.com", "b"]],
    ["line breaks kept", "one\n  two", ["one", "  two"]],
    ["empty", "", [""]],
  ];
  for (const [title, text, expected] of cases) {
    it(`is wrapped: ${title}`, () => {
      assert.deepEqual(wrap(text, 8), expected);
    });
  }
});
