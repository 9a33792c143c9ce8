import assert from "node:assert/strict";
import fc from "fast-check";
import { compare, parse } from "semver";
import { UserError } from "../../../../lib/errors";
import type { SourceFacts } from "../../../../lib/resources/imageIndex";
import {
  branchSlug,
  isFloatingAlias,
  isMovable,
  isSemverVersion,
  releaseTags,
  validateTag,
} from "../../../../lib/tags";

const SHA = "0123456789abcdef0123456789abcdef01234567";
const MAIN: SourceFacts = {
  revision: SHA,
  branch: "main",
  isDefaultBranch: true,
  dirty: false,
};
const FEATURE: SourceFacts = { ...MAIN, branch: "feat/x", isDefaultBranch: false };

/** The tags as text; `!` first wins, `~` floating. */
function tagsOf(version: string, source: SourceFacts, existing: readonly string[] = []): string {
  const marks = { immutable: "", "first-wins": "!", floating: "~" };
  return releaseTags({ version, source, existing })
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
    ["other spelling counts", "v1.0.0", MAIN, ["1.0.1"], `v1.0.0 ${sha} ~main`],
    [
      "pre-releases do not count",
      "v1.0.0",
      MAIN,
      ["v2.0.0-rc.1"],
      `v1.0.0 ${sha} ~v1.0 ~v1 ~latest ~main`,
    ],
    ["no v0", "v0.9.0", MAIN, [], `v0.9.0 ${sha} ~v0.9 ~latest ~main`],
    ["without v", "1.0.0", MAIN, [], `1.0.0 ${sha} ~1.0 ~1 ~latest ~main`],
    ["pre-release", "v1.0.0-rc.1", MAIN, [], "v1.0.0-rc.1 !0123456789ab"],
    ["branch", "v1.0.0", FEATURE, [], "v1.0.0 !0123456789ab ~v1.0 ~v1 ~feat-x"],
    ["movable", "dev", MAIN, [], `~dev ${sha} ~main`],
    ["movable like its branch", "main", MAIN, [], `~main ${sha}`],
    ["pull request", "pr-17", { ...MAIN, pullRequest: 17 }, [], "~pr-17 !0123456789ab"],
    [
      "version from a pull request",
      "v1.0.0",
      { ...MAIN, pullRequest: 17 },
      [],
      "v1.0.0 !0123456789ab ~pr-17",
    ],
    ["dirty", "v1.0.0", { ...MAIN, revision: `${SHA}-dirty`, dirty: true }, [], "v1.0.0"],
    ["without git", "v1.0.0", { isDefaultBranch: false, dirty: false }, [], "v1.0.0 ~v1.0 ~v1"],
  ];
  for (const [name, version, source, existing, expected] of cases) {
    it(name, () => {
      assert.equal(tagsOf(version, source, existing), expected);
    });
  }

  for (const [version, code] of [
    ["v1.0.0+build.1", "version-invalid"],
    ["", "version-invalid"],
    ["feat/x", "version-invalid"],
    ["-x", "version-invalid"],
    ["x".repeat(129), "version-invalid"],
    ["latest", "version-alias"],
    ["v1", "version-alias"],
    ["v1.0", "version-alias"],
  ] as const) {
    it(`refuses \`${version.slice(0, 20)}\``, () => {
      assert.throws(
        () => releaseTags({ version, source: MAIN, existing: [] }),
        (error) => error instanceof UserError && error.code === code,
      );
    });
  }
});

describe("releaseTags, for all versions", () => {
  const number = fc.integer({ min: 0, max: 3 });
  const versions = fc
    .tuple(number, number, number, fc.constantFrom("", "-rc.1", "-beta.2"))
    .map(([major, minor, patch, pre]) => `v${major}.${minor}.${patch}${pre}`);
  const sources = fc.record<SourceFacts>(
    {
      revision: fc.constant(SHA),
      branch: fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }),
      isDefaultBranch: fc.boolean(),
      pullRequest: fc.nat(),
      dirty: fc.boolean(),
    },
    { requiredKeys: ["isDefaultBranch", "dirty"] },
  );

  it("never takes a floating tag from a higher release", () => {
    fc.assert(
      fc.property(versions, sources, fc.array(versions), (version, source, existing) => {
        const own = parse(version)!;
        const aliases = releaseTags({ version, source, existing })
          .map(({ tag }) => tag)
          .filter(isFloatingAlias);
        const line = (alias: string, other: string): boolean =>
          alias === "latest" || other.startsWith(`${alias}.`);
        for (const alias of aliases) {
          for (const other of existing.filter((tag) => !tag.includes("-"))) {
            if (line(alias, other)) assert.ok(compare(parse(other)!, own) <= 0);
          }
        }
        if (own.prerelease.length > 0 || source.dirty) assert.deepEqual(aliases, []);
        if (!source.isDefaultBranch) assert.ok(!aliases.includes("latest"));
      }),
    );
  });

  it("gives legal tags, each once, whatever the order of the registry's list", () => {
    fc.assert(
      fc.property(versions, sources, fc.array(versions), (version, source, existing) => {
        const tags = releaseTags({ version, source, existing });
        assert.equal(new Set(tags.map(({ tag }) => tag)).size, tags.length);
        for (const { tag } of tags) assert.equal(validateTag(tag), undefined);
        const reversed = [...existing].reverse();
        assert.deepEqual(releaseTags({ version, source, existing: reversed }), tags);
      }),
    );
  });
});

describe("branchSlug", () => {
  const cases: [string, RegExp][] = [
    ["main", /^main$/],
    ["feat/x", /^feat-x$/],
    ["Feat/X", /^feat-x-[0-9a-f]{7}$/],
    ["fix#12", /^fix-12-[0-9a-f]{7}$/],
    ["v1.0", /^branch-v1.0$/],
    ["v1.0.0", /^branch-v1.0.0$/],
    ["latest", /^branch-latest$/],
    ["pr-17", /^branch-pr-17$/],
    ["pb-x", /^branch-pb-x$/],
    ["pB", /^branch-pb-[0-9a-f]{7}$/],
    ["日本", /^branch-[0-9a-f]{7}$/],
    ["a".repeat(200), /^a{120}-[0-9a-f]{7}$/],
  ];
  for (const [branch, expected] of cases) {
    it(branch.slice(0, 30), () => {
      assert.match(branchSlug(branch), expected);
    });
  }

  it("is a legal tag that is no version, alias or other reserved tag", () => {
    const names = fc.oneof(
      fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }),
      fc.stringMatching(/^(v?\d+(\.\d+){0,2}|pr-\d+|pb-\w+|latest|[A-Za-z/._-]{1,200})$/),
    );
    fc.assert(
      fc.property(names, (branch) => {
        const slug = branchSlug(branch);
        assert.equal(validateTag(slug), undefined);
        assert.ok(isMovable(slug) && !/^(pr-\d+|pb-.*)$/.test(slug), slug);
      }),
    );
  });
});

describe("versions", () => {
  const kinds: [string, "semver" | "alias" | "movable"][] = [
    ["v1.0.0", "semver"],
    ["1.0.0-rc.1", "semver"],
    ["v0.0.1", "semver"],
    ["=1.0.0", "movable"],
    [" v1.0.0", "movable"],
    ["v01.0.0", "movable"],
    ["v1.0.0.0", "movable"],
    ["dev", "movable"],
    ["pr-17", "movable"],
    ["latest", "alias"],
    ["v1", "alias"],
    ["1.0", "alias"],
  ];
  for (const [version, kind] of kinds) {
    it(`\`${version}\` is ${kind}`, () => {
      assert.equal(isSemverVersion(version), kind === "semver");
      assert.equal(isFloatingAlias(version), kind === "alias");
      assert.equal(isMovable(version), kind === "movable");
    });
  }

  it("says why a tag is refused", () => {
    assert.match(validateTag("v1+x") ?? "", /build metadata/);
    assert.match(validateTag("a".repeat(129)) ?? "", /129 characters/);
    assert.match(validateTag("a/b") ?? "", /allowed are letters/);
    assert.equal(validateTag("a".repeat(128)), undefined);
  });
});
