import assert from "node:assert/strict";
import { describeTagChange, planTags } from "../../../../lib/images";
import type { ReleaseTag } from "../../../../lib/tags";

describe("planTags", () => {
  const [a, b] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
  const tags: ReleaseTag[] = [
    { tag: "v1.0.0", kind: "immutable" },
    { tag: "0123456789ab", kind: "first-wins" },
    { tag: "latest", kind: "floating" },
  ];
  const lines = (current: [string, string][], next?: string): string[] =>
    planTags(tags, new Map(current), next).map(describeTagChange);

  it("names new and moving tags", () => {
    assert.deepEqual(lines([["latest", a]], b), [
      "v1.0.0: sha256:bbbbbbbbbbbb (new)",
      "0123456789ab: sha256:bbbbbbbbbbbb (new)",
      "latest: sha256:aaaaaaaaaaaa -> sha256:bbbbbbbbbbbb",
    ]);
  });

  it("leaves out what stays", () => {
    const current: [string, string][] = [
      ["v1.0.0", b],
      ["0123456789ab", a],
      ["latest", b],
    ];
    assert.deepEqual(lines(current, b), []);
  });

  it("knows no digest before the build", () => {
    assert.deepEqual(lines([["latest", a]]).at(-1), "latest: sha256:aaaaaaaaaaaa -> the new index");
  });
});
