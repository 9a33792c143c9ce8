import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import type { SourceFacts } from "../../../../lib/resources/imageIndex";
import { aliasesToRead, candidateTags, releaseTags } from "../../../../lib/tags";

const SHA = "0123456789abcdef0123456789abcdef01234567";
const MAIN: SourceFacts = {
  revision: SHA,
  branch: "main",
  isDefaultBranch: true,
  dirty: false,
};
const FEATURE: SourceFacts = { ...MAIN, branch: "feat/x", isDefaultBranch: false };
const DIRTY: SourceFacts = { ...MAIN, revision: `${SHA}-dirty`, dirty: true };

/** The tags as text; `!` first wins, `~` floating. */
function tagsOf(
  version: string,
  source: SourceFacts,
  existing: readonly string[] = [],
  held: Readonly<Record<string, string>> = {},
): string {
  const marks = { immutable: "", "first-wins": "!", floating: "~" };
  return releaseTags({ version, source, existing, held: new Map(Object.entries(held)) })
    .map(({ tag, kind }) => `${marks[kind]}${tag}`)
    .join(" ");
}

describe("releaseTags", () => {
  const sha = "!0123456789ab !main-0123456789ab";
  const cases: [string, string, SourceFacts, string[], string][] = [
    ["first release", "v1.0.0", MAIN, [], `v1.0.0 ${sha} ~v1.0 ~v1 ~latest ~main`],
    ["again", "v1.0.0", MAIN, ["v1.0.0", "latest"], `v1.0.0 ${sha} ~v1.0 ~v1 ~latest ~main`],
    ["backport of the line", "v1.0.5", MAIN, ["v1.1.0"], `v1.0.5 ${sha} ~v1.0 ~main`],
    ["backport of a major", "v1.2.0", MAIN, ["v2.0.0"], `v1.2.0 ${sha} ~v1.2 ~v1 ~main`],
    ["older than its line", "v1.0.1", MAIN, ["v1.0.2"], `v1.0.1 ${sha} ~main`],
    ["compares numbers", "v1.0.10", MAIN, ["v1.0.9"], `v1.0.10 ${sha} ~v1.0 ~v1 ~latest ~main`],
    [
      "other spelling: latest counts it",
      "v1.0.0",
      MAIN,
      ["1.0.1"],
      `v1.0.0 ${sha} ~v1.0 ~v1 ~main`,
    ],
    ["other spelling: lines do not", "1.0.0", MAIN, ["v1.0.1"], `1.0.0 ${sha} ~1.0 ~1 ~main`],
    ["equal, the one with v", "v1.0.0", MAIN, ["1.0.0"], `v1.0.0 ${sha} ~v1.0 ~v1 ~latest ~main`],
    ["equal, the one without", "1.0.0", MAIN, ["v1.0.0"], `1.0.0 ${sha} ~1.0 ~1 ~main`],
    [
      "what only looks like versions",
      "v1.0.0",
      MAIN,
      ["v2", "v2.0", "v2.0.0.0", "v02.0.0", "V2.0.0", "x2.0.0", "v2.0.0-rc.1", "2.0.0_1", "latest"],
      `v1.0.0 ${sha} ~v1.0 ~v1 ~latest ~main`,
    ],
    ["no v0", "v0.9.0", MAIN, [], `v0.9.0 ${sha} ~v0.9 ~latest ~main`],
    ["without v", "1.0.0", MAIN, [], `1.0.0 ${sha} ~1.0 ~1 ~latest ~main`],
    [
      "a line that would read as a commit",
      "100000000000.0.0",
      MAIN,
      [],
      `100000000000.0.0 ${sha} ~100000000000.0 ~latest ~main`,
    ],
    ["pre-release", "v1.0.0-rc.1", MAIN, [], "v1.0.0-rc.1 !0123456789ab"],
    ["branch", "v1.0.0", FEATURE, [], "v1.0.0 !0123456789ab ~v1.0 ~v1 ~feat-x"],
    ["movable", "dev", MAIN, [], `~dev ${sha} ~main`],
    ["movable like its branch", "main", MAIN, [], `~main ${sha}`],
    ["its own commit", "0123456789ab", MAIN, [], "~0123456789ab !main-0123456789ab ~main"],
    ["pull request", "pr-17", { ...MAIN, pullRequest: 17 }, [], "~pr-17 !0123456789ab"],
    [
      "version from a pull request",
      "v1.0.0",
      { ...MAIN, pullRequest: 17 },
      [],
      "v1.0.0 !0123456789ab ~pr-17",
    ],
    ["dirty", "v1.0.0", DIRTY, [], "v1.0.0"],
    ["dirty and movable", "dev", DIRTY, [], "~dev"],
    ["without git", "v1.0.0", { isDefaultBranch: false, dirty: false }, [], "v1.0.0 ~v1.0 ~v1"],
    [
      "a tag's run in CI",
      "v1.0.0",
      without(MAIN, "branch"),
      [],
      "v1.0.0 !0123456789ab ~v1.0 ~v1 ~latest",
    ],
    ["a short GIT_SHA", "dev", { ...FEATURE, revision: "abc1234" }, [], "~dev !abc1234 ~feat-x"],
    ["one that reads as a line", "dev", { ...FEATURE, revision: "1234567" }, [], "~dev ~feat-x"],
    [
      "digits alone",
      "dev",
      { ...FEATURE, revision: "1".repeat(40) },
      [],
      "~dev !111111111111 ~feat-x",
    ],
  ];
  for (const [name, version, source, existing, expected] of cases) {
    it(name, () => {
      assert.equal(tagsOf(version, source, existing), expected);
    });
  }

  it("cuts the default branch's name before its commit, with a hash", () => {
    const tags = tagsOf("dev", { ...MAIN, branch: "m".repeat(120) }).split(" ");
    const [cut = ""] = tags.filter((tag) => tag.startsWith("!m"));
    assert.match(cut, /^!m{107}-[0-9a-f]{7}-0123456789ab$/);
    assert.equal(cut.length, 129);
  });

  const held: [string, string, Record<string, string>, string][] = [
    ["of a higher version", "v1.0.5", { "v1.0": "v1.0.6", v1: "v1.4.0", latest: "v2.0.0" }, ""],
    ["of the same", "v1.0.5", { "v1.0": "v1.0.5", v1: "v1.0.5" }, "~v1.0 ~v1 ~latest "],
    ["of a lower one", "v1.0.5", { "v1.0": "v1.0.4", latest: "v0.9.0" }, "~v1.0 ~v1 ~latest "],
    ["of another line", "v1.0.5", { v1: "v2.0.0", "v1.0": "v1.1.0" }, "~v1.0 ~v1 ~latest "],
    ["of another spelling", "v1.0.5", { v1: "1.4.0", latest: "1.4.0" }, "~v1.0 "],
    ["of a pre-release", "v1.0.5", { v1: "v1.4.0-rc.1" }, "~v1.0 ~v1 ~latest "],
    ["of no version", "v1.0.5", { latest: "main", v1: "" }, "~v1.0 ~v1 ~latest "],
  ];
  for (const [name, version, versions, aliases] of held) {
    it(`aliases ${name}, whose own tag is gone`, () => {
      const existing = Object.keys(versions);
      assert.equal(tagsOf(version, MAIN, existing, versions), `v1.0.5 ${sha} ${aliases}~main`);
    });
  }

  const refused: [string, SourceFacts, string][] = [
    ["v1.0.0+build.1", MAIN, "version-invalid"],
    ["", MAIN, "version-invalid"],
    ["feat/x", MAIN, "version-invalid"],
    ["-x", MAIN, "version-invalid"],
    ["x".repeat(129), MAIN, "version-invalid"],
    ["latest", MAIN, "version-alias"],
    ["v1", MAIN, "version-alias"],
    ["v1.0", MAIN, "version-alias"],
    ["pb-0123-amd64", MAIN, "version-reserved"],
    [`sha256-${"0".repeat(64)}`, MAIN, "version-reserved"],
    ["fedcba987654", MAIN, "version-commit"],
    ["main-fedcba987654", MAIN, "version-commit"],
    ["0123456789ab", DIRTY, "version-commit"],
  ];
  for (const [version, source, code] of refused) {
    it(`refuses \`${version.slice(0, 20)}\`${source.dirty ? " of a dirty source" : ""}`, () => {
      assert.throws(
        () => releaseTags({ version, source, existing: [] }),
        (error) => error instanceof UserError && error.code === code,
      );
    });
  }
});

describe("aliasesToRead", () => {
  const tags = ["v1", "v1.0", "latest", "v1.0.0", "main"];
  const cases: [string, string, SourceFacts, string[], string[]][] = [
    ["those that would move", "v1.0.1", MAIN, tags, ["v1.0", "v1", "latest"]],
    ["not latest from a branch", "v1.0.1", FEATURE, tags, ["v1.0", "v1"]],
    ["nothing that is new", "v2.0.0", MAIN, tags, ["latest"]],
    ["nothing of a higher line", "v1.0.1", MAIN, [...tags, "v1.1.0"], ["v1.0"]],
    ["nothing for a pre-release", "v1.0.1-rc.1", MAIN, tags, []],
    ["nothing for a movable version", "dev", MAIN, tags, []],
    ["nothing for a dirty source", "v1.0.1", DIRTY, tags, []],
    ["nothing for a pull request", "v1.0.1", { ...MAIN, pullRequest: 1 }, tags, []],
  ];
  for (const [name, version, source, existing, expected] of cases) {
    it(name, () => {
      assert.deepEqual(aliasesToRead({ version, source, existing }), expected);
    });
  }
});

describe("candidateTags", () => {
  const cases: [string, string | undefined, string][] = [
    ["v1.2.3", SHA, "v1.2.3 v1.2 v1 latest 0123456789ab"],
    ["1.2.3", undefined, "1.2.3 1.2 1 latest"],
    ["v0.2.3", undefined, "v0.2.3 v0.2 latest"],
    ["v1.2.3-rc.1", SHA, "v1.2.3-rc.1 0123456789ab"],
    ["dev", `${SHA}-dirty`, "dev"],
    ["dev", "abc1234", "dev"],
  ];
  for (const [version, revision, expected] of cases) {
    it(`${version} of ${revision ?? "an unknown commit"}`, () => {
      assert.equal(candidateTags(version, revision).join(" "), expected);
    });
  }
});

function without(source: SourceFacts, key: "branch"): SourceFacts {
  return Object.fromEntries(
    Object.entries(source).filter(([name]) => name !== key),
  ) as unknown as SourceFacts;
}
