import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode, redact, secretTexts, wrap } from "../../../provider/secrets";
import { UNKNOWN, UNKNOWN_WIRE } from "../../../provider/values";
import type { Properties, Value } from "../../../provider/values";

describe("secrets", () => {
  it("unwraps at every depth, also one inside the other, and decodes unknowns", () => {
    const sent = {
      plain: "a",
      outer: wrap({ list: [wrap("deep"), 1], unknown: UNKNOWN_WIRE }),
      absent: null,
    };
    assert.deepEqual(decode(sent), {
      plain: "a",
      outer: { list: ["deep", 1], unknown: UNKNOWN },
    });
  });

  it("wraps again what stands where a secret stood", () => {
    const inputs = { login: { name: "n", password: wrap("abc") }, list: [wrap("d"), "e"] };
    const outputs = encode({ login: { name: "n", password: "changed" }, list: ["x", "y"] }, inputs);
    assert.deepEqual(outputs, {
      login: { name: "n", password: wrap("changed") },
      list: [wrap("x"), "y"],
    });
  });

  it("wraps a text into which a secret was copied", () => {
    const inputs = { password: wrap("correct horse") };
    assert.deepEqual(encode({ url: "http://u:correct horse@h", other: "horse" }, inputs), {
      url: wrap("http://u:correct horse@h"),
      other: "horse",
    });
  });

  it("leaves unknowns unknown and drops undefined members", () => {
    assert.deepEqual(encode({ a: UNKNOWN, b: undefined, c: [UNKNOWN] }, {}), {
      a: UNKNOWN_WIRE,
      c: [UNKNOWN_WIRE],
    });
  });

  it("looks in a secret object for members with a telling name alone", () => {
    const registry = { endpoint: { server: "localhost:5005" }, push: { password: "pass-word" } };
    assert.deepEqual(secretTexts({ registry: wrap(registry), model: wrap("whole text") }), [
      "whole text",
      "pass-word",
    ]);
    const outputs = encode({ registry, image: "localhost:5005/a" }, { registry: wrap(registry) });
    assert.deepEqual(outputs, { registry: wrap(registry), image: "localhost:5005/a" });
  });

  it("redacts the longest secret first", () => {
    const secrets = secretTexts({ one: wrap("secret"), two: wrap("secret-longer") });
    assert.equal(redact("x secret-longer y secret", secrets), "x [secret] y [secret]");
  });

  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("tree"), { maxKeys: 3 }),
      tie("tree").map(wrap),
    ),
  }));
  const properties = fc.dictionary(
    fc.constantFrom("x", "y", "z"),
    tree,
  ) as fc.Arbitrary<Properties>;

  it("property: outputs that are the inputs carry every secret wrapped, and decode to the same", () => {
    fc.assert(
      fc.property(properties, (inputs) => {
        const plain = decode(inputs);
        const outputs = encode(plain, inputs);
        assert.deepEqual(decode(outputs), plain);
        const visible = visibleTexts(outputs);
        for (const secret of secretTexts(inputs)) {
          assert.ok(!visible.some((text) => text.includes(secret)));
        }
      }),
    );
  });
});

/** Every text of a wire value that is not inside a secret. */
function visibleTexts(value: Value): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if ("4dabf18193072939515e22adb298388d" in value) return [];
  return Object.values(value).flatMap((member: Value) => visibleTexts(member));
}
