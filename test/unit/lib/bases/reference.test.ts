import assert from "node:assert/strict";
import { parseReference } from "../../../../lib/bases/reference";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("parseReference", () => {
  const cases: [string, string | undefined][] = [
    ["rust", "docker.io library/rust - -"],
    ["rust:1.85", "docker.io library/rust 1.85 -"],
    [`rust:1.85@${DIGEST}`, "docker.io library/rust 1.85 sha256"],
    [`rust@${DIGEST}`, "docker.io library/rust - sha256"],
    ["owner/image:1", "docker.io owner/image 1 -"],
    ["docker.io/rust:1", "docker.io library/rust 1 -"],
    ["ghcr.io/owner/image", "ghcr.io owner/image - -"],
    ["localhost:5000/n/i:1", "localhost:5000 n/i 1 -"],
    ["localhost/i", "localhost i - -"],
    ["[::1]:5000/i:1", "[::1]:5000 i 1 -"],
    ["a:b:c", undefined],
    ["Upper/case", undefined],
    ["rust:", undefined],
    ["rust@sha256:abc", undefined],
    [`rust@sha512:${"a".repeat(64)}`, undefined],
    ["a//b", undefined],
    ["", undefined],
    ["a b", undefined],
    ["rust:1/..", undefined],
    [`rust:${"x".repeat(129)}`, undefined],
  ];
  for (const [text, expected] of cases) {
    it(text.slice(0, 40), () => {
      const parsed = parseReference(text);
      const shown =
        parsed === undefined
          ? undefined
          : [
              parsed.server,
              parsed.repository,
              parsed.tag ?? "-",
              parsed.digest?.slice(0, 6) ?? "-",
            ];
      assert.equal(shown?.join(" "), expected);
    });
  }
});
