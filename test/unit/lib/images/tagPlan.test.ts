import assert from "node:assert/strict";
import { describeTagChanges, planTags } from "../../../../lib/images";
import type { ReleaseTag } from "../../../../lib/tags";

describe("the tags that a publication changes", () => {
  const [a, b] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
  const tags: ReleaseTag[] = [
    { tag: "v1.0.0", kind: "immutable" },
    { tag: "0123456789ab", kind: "first-wins" },
    { tag: "latest", kind: "floating" },
    { tag: "v1.0", kind: "floating" },
    { tag: "main", kind: "floating" },
  ];
  const lines = (current: readonly [string, string][]): string[] =>
    describeTagChanges(planTags(tags, new Map(current)));

  it("are all new at first", () => {
    assert.deepEqual(lines([]), ["new tags: v1.0.0, 0123456789ab, latest, v1.0, main"]);
  });

  it("move from the digest they have, a line a digest", () => {
    assert.deepEqual(
      lines([
        ["latest", a],
        ["v1.0", b],
        ["main", a],
      ]),
      [
        "new tags: v1.0.0, 0123456789ab",
        "moves from sha256:aaaaaaaaaaaa: latest, main",
        "moves from sha256:bbbbbbbbbbbb: v1.0",
      ],
    );
  });

  it("do not hold those that stay where they are", () => {
    const there = tags.map(({ tag }): [string, string] => [tag, a]);
    assert.deepEqual(lines(there), ["moves from sha256:aaaaaaaaaaaa: latest, v1.0, main"]);
  });
});
