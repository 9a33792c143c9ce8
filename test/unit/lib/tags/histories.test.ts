import assert from "node:assert/strict";
import fc from "fast-check";
import { compare, parse } from "semver";
import { classifyTag } from "../../../../lib/retention";
import {
  branchSlug,
  isFloatingAlias,
  isSemverVersion,
  releaseTags,
  validateTag,
} from "../../../../lib/tags";
import { type Index, ModelRegistry, properReleases, type Release, releases } from "./histories";

const RUNS = { numRuns: 200 };
const histories = fc.array(releases, { minLength: 4, maxLength: 14, size: "max" });
const properHistories = fc.array(properReleases, { minLength: 1, maxLength: 10, size: "max" });

/** The aliases of a registry with what they stand for. */
function aliasesIn({ tags }: ModelRegistry): [string, Index][] {
  return [...tags].filter(([tag]) => isFloatingAlias(tag));
}

/** Calls back with the registry before and after each publication. */
function replay(
  history: readonly Release[],
  each: (before: ReadonlyMap<string, Index>, registry: ModelRegistry, release: Release) => void,
  registry = new ModelRegistry(),
): ModelRegistry {
  for (const release of history) {
    const before = new Map(registry.tags);
    registry.publish(release);
    each(before, registry, release);
  }
  return registry;
}

const isStable = (version: string): boolean =>
  isSemverVersion(version) && parse(version)?.prerelease.length === 0;
const ofLine = (alias: string, version: string): boolean =>
  alias === "latest" || version.startsWith(`${alias}.`);
/** With `v` wins where the numbers are equal. */
const rank = (one: string, other: string): number =>
  compare(parse(one)!, parse(other)!) || Number(one[0] === "v") - Number(other[0] === "v");
const highest = (versions: readonly string[]): string | undefined =>
  [...versions].sort(rank).at(-1);

describe("the tags of any history of releases", () => {
  it("aliases stand for stable versions of their line, committed and of no pull request", () => {
    fc.assert(
      fc.property(histories, (history) => {
        replay(history, (_before, registry) => {
          for (const [alias, { release }] of aliasesIn(registry)) {
            assert.ok(isStable(release.version) && ofLine(alias, release.version), alias);
            assert.ok(!release.source.dirty && release.source.pullRequest === undefined, alias);
            if (alias === "latest") assert.ok(release.source.isDefaultBranch);
          }
        });
      }),
      RUNS,
    );
  });

  it("aliases never go down, also where the tags of higher versions are gone", () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: properReleases },
        { weight: 1, arbitrary: releases },
        { weight: 2, arbitrary: fc.nat().map((forget) => ({ forget })) },
      ),
      { minLength: 8, maxLength: 24, size: "max" },
    );
    fc.assert(
      fc.property(steps, (history) => {
        const registry = new ModelRegistry();
        for (const step of history) {
          const before = new Map(registry.tags);
          if ("forget" in step) registry.forget(step.forget);
          else registry.publish(step);
          for (const [alias, { release }] of aliasesIn(registry)) {
            const old = before.get(alias)?.release.version;
            if (old !== undefined) assert.ok(rank(release.version, old) >= 0, `${alias}: ${old}`);
          }
        }
      }),
      RUNS,
    );
  });

  it("lines stand for the highest stable version of theirs, `latest` for that of the default branch", () => {
    fc.assert(
      fc.property(properHistories, fc.boolean(), (history, annotated) => {
        const registry = replay(history, () => undefined, new ModelRegistry(annotated));
        const all = [...registry.tags].filter(([tag]) => isStable(tag));
        for (const [version] of all) {
          const { major, minor } = parse(version)!;
          const prefix = version.startsWith("v") ? "v" : "";
          for (const line of [`${prefix}${major}`, `${prefix}${major}.${minor}`]) {
            const held = registry.tags.get(line)?.release.version;
            const expected = highest(all.map(([tag]) => tag).filter((tag) => ofLine(line, tag)));
            assert.equal(held, line === `${prefix}0` ? undefined : expected, line);
          }
        }
        const isMain = all.every(([, { release }]) => release.source.isDefaultBranch);
        if (!isMain) return;
        assert.equal(
          registry.tags.get("latest")?.release.version,
          highest(all.map(([tag]) => tag)),
        );
      }),
      RUNS,
    );
  });

  it("the order in which releases publish does not matter", () => {
    const pairs = fc.uniqueArray(properReleases, {
      minLength: 1,
      maxLength: 8,
      selector: ({ version }) => version,
    });
    fc.assert(
      fc.property(
        pairs,
        fc.infiniteStream(fc.nat()),
        fc.boolean(),
        (history, random, annotated) => {
          const shuffled = shuffle(history, random);
          const isMain = history.every(({ source }) => source.isDefaultBranch);
          const [one, other] = [history, shuffled].map((order) => {
            const tags = replay(order, () => undefined, new ModelRegistry(annotated)).snapshot();
            return Object.entries(tags).filter(
              ([tag]) => isStable(tag) || (isFloatingAlias(tag) && (isMain || tag !== "latest")),
            );
          });
          assert.deepEqual(one, other);
        },
      ),
      RUNS,
    );
  });

  it("versions and commits never move", () => {
    fc.assert(
      fc.property(histories, (history) => {
        replay(history, (before, registry) => {
          for (const [tag, { id }] of before) {
            const fixed = isSemverVersion(tag) || classifyTag(tag).kind === "commit";
            if (fixed) assert.equal(registry.tags.get(tag)?.id, id, tag);
          }
        });
      }),
      RUNS,
    );
  });

  it("pre-releases, pull requests, dirty trees and branches move no alias", () => {
    fc.assert(
      fc.property(histories, (history) => {
        replay(history, (before, registry, { version, source }) => {
          const proper = isStable(version) && !source.dirty && source.pullRequest === undefined;
          for (const [alias, { id }] of aliasesIn(registry)) {
            const barred = !proper || (alias === "latest" && !source.isDefaultBranch);
            if (barred) assert.equal(before.get(alias)?.id, id, `${version} moved ${alias}`);
          }
          const { branch, pullRequest } = source;
          if (branch !== undefined && pullRequest !== undefined && branchSlug(branch) !== version) {
            const slug = branchSlug(branch);
            assert.equal(registry.tags.get(slug)?.id, before.get(slug)?.id, "a fork took a branch");
          }
          if (source.dirty) {
            const put = [...registry.tags.keys()].filter((tag) => !before.has(tag));
            assert.ok(put.every((tag) => tag === version));
          }
        });
      }),
      RUNS,
    );
  });

  it("the same release twice changes nothing", () => {
    fc.assert(
      fc.property(histories, (history) => {
        replay(history, (_before, registry, release) => {
          const after = registry.snapshot();
          registry.publish(release);
          assert.deepEqual(registry.snapshot(), after);
        });
      }),
      RUNS,
    );
  });

  it("each tag is legal and of one kind, each once, whatever the order of the registry's list", () => {
    fc.assert(
      fc.property(histories, releases, (history, { version, source }) => {
        const registry = replay(history, () => undefined);
        for (const [tag, { release }] of registry.tags) {
          assert.equal(validateTag(tag), undefined);
          // A version tag stands for itself: no branch and no commit may read as one.
          if (isSemverVersion(tag)) assert.equal(release.version, tag);
          const { branch, pullRequest } = release.source;
          if (classifyTag(tag).kind === "pullRequest" && tag !== release.version) {
            assert.equal(tag, `pr-${pullRequest}`, branch);
          }
        }
        const existing = [...registry.tags.keys()];
        const tags = releaseTags({ version, source, existing });
        assert.equal(new Set(tags.map(({ tag }) => tag)).size, tags.length);
        const reversed = [...existing].reverse();
        assert.deepEqual(releaseTags({ version, source, existing: reversed }), tags);
      }),
      RUNS,
    );
  });
});

function shuffle<T>(items: readonly T[], random: Iterator<number>): T[] {
  const rest = [...items];
  const shuffled: T[] = [];
  while (rest.length > 0) {
    const at = Number(random.next().value) % rest.length;
    shuffled.push(...rest.splice(at, 1));
  }
  return shuffled;
}
