import assert from "node:assert/strict";
import fc from "fast-check";
import { exclusionFilters, matchesFilter } from "../../../../../lib/registries/ecr/immutability";
import { buildTag } from "../../../../../lib/images";
import type { SourceFacts } from "../../../../../lib/resources/imageIndex";
import { isFloatingAlias, isSemverVersion, releaseTags } from "../../../../../lib/tags";

const SHA = "0123456789abcdef0123456789abcdef01234567";

describe("exclusionFilters", () => {
  const table: readonly [string, string | undefined, readonly string[]][] = [
    ["v1.2.3", "main", ["latest", "main", "p*-*", "v1", "v1.2"]],
    ["1.2.3", "main", ["1", "1.2", "latest", "main", "p*-*"]],
    ["v1.2.3", undefined, ["latest", "p*-*", "v1", "v1.2"]],
    ["v0.4.1", "main", ["latest", "main", "p*-*", "v0.4"]],
    ["v2.0.0-rc.1", "feat/x", ["feat-x", "latest", "p*-*", "v2", "v2.0"]],
    ["dev", "main", ["dev", "main", "p*-*"]],
    ["dev", "dev", ["dev", "p*-*"]],
    ["pr-17", "main", ["main", "p*-*"]],
    ["My_Build", undefined, ["My_Build", "p*-*"]],
    ["latest", "main", ["latest", "main", "p*-*"]],
    ["v1", "main", ["latest", "main", "p*-*", "v1"]],
    ["1.2", "main", ["1", "1.2", "latest", "main", "p*-*"]],
    ["v1.2.3", "perf-x", ["latest", "p*-*", "v1", "v1.2"]],
    ["v1.2.3", "v9.9.9", ["branch-v9.9.9", "latest", "p*-*", "v1", "v1.2"]],
  ];
  for (const [version, branch, filters] of table) {
    it(`${version} from ${branch ?? "no branch"}: ${filters.join(", ")}`, () => {
      assert.deepEqual(exclusionFilters({ version, branch }), filters);
    });
  }

  it("are the same for a pre-release and its release", () => {
    const of = (version: string): string[] => exclusionFilters({ version, branch: "main" });
    assert.deepEqual(of("v3.1.0-beta.2"), of("v3.1.0"));
  });

  const number = fc.integer({ min: 0, max: 12 });
  const semver = fc
    .tuple(
      fc.constantFrom("v", ""),
      number,
      number,
      number,
      fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), { nil: undefined }),
    )
    .map(
      ([prefix, major, minor, patch, pre]) =>
        `${prefix}${major}.${minor}.${patch}${pre === undefined ? "" : `-${pre}`}`,
    );
  const movable = fc
    .stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/)
    .filter((tag) => !isFloatingAlias(tag) && !isSemverVersion(tag));
  const sources = fc.record<SourceFacts>(
    {
      revision: fc.constant(SHA),
      branch: fc.oneof(
        fc.constantFrom("main", "feat/x", "release-1.2.3", "v1.2.3", "1.0", "p-1"),
        fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }),
      ),
      isDefaultBranch: fc.boolean(),
      pullRequest: fc.nat(),
      dirty: fc.boolean(),
    },
    { requiredKeys: ["isDefaultBranch", "dirty"] },
  );
  const releases = [
    fc.oneof(semver, movable),
    sources,
    fc.array(semver, { maxLength: 8 }),
  ] as const;

  it("let every tag move that the program may move", () => {
    fc.assert(
      fc.property(...releases, (version, source, existing) => {
        const filters = exclusionFilters({ version, branch: source.branch });
        const moving = releaseTags({ version, source, existing })
          .filter(({ kind }) => kind === "floating")
          .map(({ tag }) => tag)
          .concat(buildTag(SHA, "linux/amd64"), buildTag(SHA, "linux/arm/v7"));
        for (const tag of moving) {
          assert.ok(
            filters.some((filter) => matchesFilter(filter, tag)),
            `${tag} by ${filters.join()}`,
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("let no complete version move, nor a commit's tag, whatever is deployed", () => {
    fc.assert(
      fc.property(...releases, semver, (version, source, existing, other) => {
        const filters = exclusionFilters({ version, branch: source.branch });
        const fixed = releaseTags({ version, source, existing })
          .filter(({ kind }) => kind !== "floating")
          .map(({ tag }) => tag)
          .concat(other, ...existing);
        for (const tag of fixed.filter(
          (one) => isSemverVersion(one) || /[0-9a-f]{12}$/.test(one),
        )) {
          const matching = filters.filter((filter) => matchesFilter(filter, tag));
          // `main-<sha>` of a branch `p…` has the form of a build tag; it is not moved all the same.
          const allowed = isSemverVersion(tag) || !tag.startsWith("p") ? [] : ["p*-*"];
          assert.deepEqual(
            matching.filter((filter) => !allowed.includes(filter)),
            [],
            tag,
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("are what AWS takes: 1 to 5, legal characters, at most two wildcards, each once", () => {
    fc.assert(
      fc.property(releases[0], releases[1], (version, { branch }) => {
        const filters = exclusionFilters({ version, branch });
        assert.ok(filters.length >= 1 && filters.length <= 5, filters.join());
        assert.equal(new Set(filters).size, filters.length);
        for (const filter of filters) {
          assert.match(filter, /^[0-9a-zA-Z._*-]{1,128}$/);
          assert.ok(filter.split("*").length <= 3);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("matchesFilter", () => {
  const table: readonly [string, string, boolean][] = [
    ["p*-*", "pr-17", true],
    ["p*-*", "pb-0123456789ab-amd64", true],
    ["p*-*", "prod", false],
    ["v1", "v1", true],
    ["v1", "v10", false],
    ["v1.0", "v1x0", false],
    ["*.*.*", "v1.2.3", true],
    ["*.*.*", "v1.2", false],
  ];
  for (const [filter, tag, expected] of table) {
    it(`${filter} ${expected ? "takes" : "leaves"} ${tag}`, () => {
      assert.equal(matchesFilter(filter, tag), expected);
    });
  }
});
