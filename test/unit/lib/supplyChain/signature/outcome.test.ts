import assert from "node:assert/strict";
import { hasSignature, outcomeOf } from "../../../../../lib/supplyChain/signature/outcome";
import { attestedDocuments } from "../../../../../lib/supplyChain/signature/statements";
import { cosignCalls } from "../recorded";

const OTHER = `sha256:${"a".repeat(64)}`;

for (const version of ["3.1.3", "2.6.5"]) {
  describe(`what cosign ${version} says`, () => {
    const calls = cosignCalls(version);
    const digestOf = ({ args }: { args: readonly string[] }): string =>
      args.at(-1)?.split("@")[1] ?? "";

    for (const call of calls) {
      it(`${call.name}: ${call.outcome}`, () => {
        assert.equal(outcomeOf(call), call.outcome);
      });
    }

    it("is a signature of the digest that was asked for", () => {
      const verified = calls.filter(
        ({ outcome, args }) => outcome === "verified" && args[0] === "verify",
      );
      assert.equal(verified.length, 2);
      for (const call of verified) {
        assert.equal(hasSignature(call.stdout, digestOf(call)), true);
        assert.equal(hasSignature(call.stdout, OTHER), false);
        // cosign takes any attestation of the signer for a signature in the bundle format.
        const attestation = call.stdout.replace(
          /https:\/\/sigstore.dev\/cosign\/sign\/v1|cosign container image signature/g,
          "https://spdx.dev/Document",
        );
        assert.equal(hasSignature(attestation, digestOf(call)), false);
      }
    });

    it("has the attested documents of that digest", () => {
      const verified = calls.filter(
        ({ outcome, args }) => outcome === "verified" && args[0] === "verify-attestation",
      );
      assert.equal(verified.length, 2);
      for (const call of verified) {
        const [document = "", ...more] = attestedDocuments(call.stdout, digestOf(call));
        assert.deepEqual(more, []);
        assert.deepEqual(JSON.parse(document), {
          ...{ SPDXID: "SPDXRef-DOCUMENT", spdxVersion: "SPDX-2.3" },
        });
        assert.deepEqual(attestedDocuments(call.stdout, OTHER), []);
      }
    });
  });
}

describe("what cosign says otherwise", () => {
  it("is no signature where it is not as expected", () => {
    for (const text of ["", "[]", "{}", '[{"critical":{}}]', "\n"]) {
      assert.equal(hasSignature(text, OTHER), false);
      assert.deepEqual(attestedDocuments(text, OTHER), []);
    }
  });

  it("is a fault where nobody knows it, never an answer", () => {
    const table: [number, string][] = [
      [1, "Error: something new"],
      [1, ""],
      [2, "panic: runtime error"],
      [12, "Error: no matching signatures: Get https://rekor: dial tcp: i/o timeout"],
      [143, ""],
    ];
    for (const [code, stderr] of table) {
      assert.equal(outcomeOf({ code, stderr, stdout: "" }), "fault", stderr);
    }
  });
});
