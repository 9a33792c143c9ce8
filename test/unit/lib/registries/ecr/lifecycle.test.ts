import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "semver";
import {
  keptTags,
  lifecyclePolicy,
  lifecycleRules,
  type LifecycleArgs,
} from "../../../../../lib/registries/ecr/lifecycle";
import { isFloatingAlias, isSemverVersion } from "../../../../../lib/tags";
import { type StoredImage, survivors } from "./lifecycleInterpreter";

const ARGS: LifecycleArgs = {
  retention: { keepVersions: 3, untaggedDays: 14, prDays: 7 },
  platforms: 2,
  versions: ["v1.1.0", "v1.0.0"],
  tags: ["v1.1.0", "v1.0.0", "v1.1", "v1.0", "v1", "latest", "abc", "pr-1"],
};

function image(digest: string, age: number, tags: readonly string[]): StoredImage {
  return { digest, tags, age, children: [] };
}

/** Digests that are left. */
function left(images: readonly StoredImage[], args: LifecycleArgs = ARGS): string[] {
  return survivors(images, lifecycleRules(args)).map(({ digest }) => digest);
}

describe("lifecyclePolicy", () => {
  it("is the JSON that ECR takes", () => {
    const expire = { type: "expire" };
    const keep = (tag: string) => ({
      tagStatus: "tagged",
      tagPatternList: [tag],
      countType: "imageCountMoreThan",
      countNumber: 1,
    });
    const days = (countNumber: number) => ({
      countType: "sinceImagePushed",
      countUnit: "days",
      countNumber,
    });
    const kept = ["v1.1.0", "v1.0.0", "latest", "main", "master", "v1.1", "v1", "v1.0"];
    assert.deepEqual(JSON.parse(lifecyclePolicy(ARGS)), {
      rules: [
        ...kept.map((tag, at) => ({
          rulePriority: at + 1,
          description: `keep ${tag}`,
          selection: keep(tag),
          action: expire,
        })),
        {
          rulePriority: 9,
          description: "keep 3 versions",
          selection: { ...keep("*.*.*"), countNumber: 3 },
          action: expire,
        },
        {
          rulePriority: 10,
          description: "pull requests for 7 days",
          selection: { tagStatus: "tagged", tagPatternList: ["pr-*"], ...days(7) },
          action: expire,
        },
        {
          rulePriority: 11,
          description: "platform images of 3 versions",
          selection: { ...keep("pb-*"), countNumber: 6 },
          action: expire,
        },
        {
          rulePriority: 12,
          description: "untagged for 14 days",
          selection: { tagStatus: "untagged", ...days(14) },
          action: expire,
        },
      ],
    });
  });

  it("keeps the newest lines where there are more than rules, and what is deployed before them", () => {
    const tags = Array.from({ length: 80 }, (_, minor) => `v1.${minor}`);
    const rules = lifecycleRules({ ...ARGS, tags });
    assert.equal(rules.length, 50);
    const kept = keptTags({ ...ARGS, tags });
    assert.deepEqual(kept.slice(0, 7), [
      ...ARGS.versions,
      "latest",
      "main",
      "master",
      "v1.79",
      "v1.78",
    ]);
    assert.ok(!kept.includes("v1.0"));
  });

  it("names the default branch by its tag", () => {
    const kept = keptTags({ ...ARGS, tags: [], defaultBranch: "feat/x" });
    assert.deepEqual(kept, ["v1.1.0", "v1.0.0", "latest", "feat-x"]);
  });

  it("keeps to what AWS takes: unique priorities and patterns, one rule for untagged, 4 wildcards", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^v?\d{1,2}(\.\d{1,2})?$/)), (tags) => {
        const rules = lifecycleRules({ ...ARGS, tags });
        const patterns = rules.flatMap(({ selection }) => selection.tagPatternList ?? []);
        assert.equal(new Set(rules.map((rule) => rule.rulePriority)).size, rules.length);
        assert.equal(new Set(patterns).size, rules.length - 1);
        assert.ok(patterns.every((pattern) => pattern.split("*").length <= 5));
        assert.ok(rules.every(({ selection }) => selection.countNumber >= 1));
      }),
    );
  });
});

describe("ECR under the policy", () => {
  it("keeps the newest versions, and older ones that something floating stands on", () => {
    const images = [
      image("a", 9, ["v0.1.0", "v0.1"]),
      image("b", 8, ["v0.2.0"]),
      image("c", 7, ["v1.0.0", "v1.0"]),
      image("d", 6, ["v1.0.1-rc.1"]),
      image("e", 5, ["v1.1.0"]),
      image("f", 4, ["v1.2.0", "v1.2", "v1", "latest", "main"]),
    ];
    const tags = images.flatMap((one) => one.tags);
    assert.deepEqual(left(images, { ...ARGS, versions: ["v1.2.0"], tags }), [
      "a",
      "c",
      "d",
      "e",
      "f",
    ]);
  });

  it("keeps what is deployed, however many versions others published since", () => {
    const others = Array.from({ length: 40 }, (_, at) => image(`o${at}`, at, [`v2.${at}.1`]));
    const images = [
      image("deployed", 900, ["v1.1.0"]),
      image("before", 901, ["v1.0.0"]),
      ...others,
    ];
    assert.deepEqual(left(images), ["deployed", "before", "o0", "o1", "o2"]);
  });

  it("takes a version that a pull request published for a version", () => {
    assert.deepEqual(left([image("a", 99, ["v3.0.0", "pr-1"]), image("b", 99, ["pr-2"])]), ["a"]);
  });

  it("lets garbage go: old pull requests with their platforms, rebuilt and untagged images", () => {
    const images: StoredImage[] = [
      { ...image("pr", 8, ["pr-1", "0123456789ab"]), children: ["p1", "p2"] },
      ...Array.from({ length: 6 }, (_, at) => image(`n${at}`, 1, [`pb-${at}-amd64`])),
      image("p1", 8, ["pb-x-amd64"]),
      image("p2", 8, ["pb-x-arm64"]),
      image("old", 15, []),
      image("new", 14, []),
      { ...image("signature", 8, []), subject: "pr" },
    ];
    assert.deepEqual(left(images), ["n0", "n1", "n2", "n3", "n4", "n5", "new"]);
  });

  it("does not look at commit tags, other branches and fallback tags", () => {
    const tags = ["0123456789ab", "feat-x", "main-0123456789ab", `sha256-${"a".repeat(64)}`, "dev"];
    const images = tags.map((tag) => image(tag, 9999, [tag]));
    assert.deepEqual(left(images), tags);
  });

  const repositories = arbitraryRepository();

  it("never loses anything that is reachable from what is kept", () => {
    fc.assert(
      fc.property(repositories, ({ images, args }) => {
        const there = new Set(left(images, args));
        const roots = keptRoots(images, args);
        for (const digest of reachable(images, roots)) {
          assert.ok(there.has(digest), `${digest} of ${[...roots].join()}`);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/** Deployed, floating, default branch, and the newest versions by their push. */
function keptRoots(images: readonly StoredImage[], args: LifecycleArgs): Set<string> {
  const floating = (tag: string): boolean =>
    isFloatingAlias(tag) || ["main", "master", ...args.versions].includes(tag);
  const versions = images
    .filter(({ tags }) => tags.some(isSemverVersion))
    .sort((a, b) => a.age - b.age)
    .slice(0, args.retention.keepVersions);
  const roots = [...images.filter(({ tags }) => tags.some(floating)), ...versions];
  return new Set(roots.map(({ digest }) => digest));
}

/** Children, referrers by `subject`, and referrers by fallback tag, of all of them again. */
function reachable(images: readonly StoredImage[], roots: ReadonlySet<string>): Set<string> {
  const found = new Set(roots);
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { digest, tags, children, subject } of images) {
      if (subject !== undefined && found.has(subject)) found.add(digest);
      if (tags.some((tag) => found.has(tag.replace("sha256-", "")))) found.add(digest);
      if (found.has(digest)) children.forEach((child) => found.add(child));
    }
  }
  return found;
}

/** Versions with shared platform images, pull requests, builds, signatures, fallback indexes. */
function arbitraryRepository() {
  const age = fc.integer({ min: 0, max: 60 });
  const number = fc.integer({ min: 0, max: 3 });
  const release = fc.record({
    version: fc.tuple(number, number, number, fc.constantFrom("", "-rc.1")),
    age,
    platforms: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
    pullRequest: fc.option(fc.integer({ min: 1, max: 3 })),
    signed: fc.constantFrom("no", "referrer", "fallback"),
  });
  const build = fc.record({
    age,
    tag: fc.constantFrom("dev", "feat-x", "pr-1", "pr-2", undefined),
  });
  return fc
    .record({
      releases: fc.uniqueArray(release, {
        maxLength: 9,
        selector: ({ version }) => version.join(),
      }),
      builds: fc.array(build, { maxLength: 5 }),
      platformAges: fc.array(age, { minLength: 10, maxLength: 10 }),
      keepVersions: fc.integer({ min: 1, max: 4 }),
      deployed: fc.array(fc.nat(8), { maxLength: 2 }),
    })
    .map(({ releases, builds, platformAges, keepVersions, deployed }) => {
      const names = releases.map(({ version: [x, y, z, pre] }) => `v${x}.${y}.${z}${pre}`);
      const images = new Map<string, StoredImage>();
      const put = (one: StoredImage): unknown => images.set(one.digest, one);
      platformAges.forEach((old, at) => put(image(`p${at}`, old, [`pb-${at}-amd64`])));
      releases.forEach(({ age: old, platforms, pullRequest, signed }, at) => {
        const tags = [names[at] ?? "", ...aliasesOf(names, at)];
        if (pullRequest !== null) tags.push(`pr-${pullRequest}`);
        put({ ...image(`i${at}`, old, tags), children: platforms.map((one) => `p${one}`) });
        const signature = { ...image(`s${at}`, old, []), subject: `i${at}` };
        if (signed !== "no") put(signature);
        if (signed === "fallback") {
          put({ ...image(`f${at}`, old, [`sha256-i${at}`]), children: [`s${at}`] });
        }
      });
      builds.forEach(({ age: old, tag }, at) => {
        put({ ...image(`b${at}`, old, tag === undefined ? [] : [tag]), children: [`p${at}`] });
      });
      const args: LifecycleArgs = {
        retention: { keepVersions, untaggedDays: 14, prDays: 7 },
        platforms: 2,
        versions: deployed.flatMap((at) => names[at] ?? []),
        tags: [...images.values()].flatMap(({ tags }) => tags),
      };
      return { images: [...images.values()], args };
    });
}

/** The lines that stand on a version: it is the highest of them. */
function aliasesOf(names: readonly string[], at: number): string[] {
  const own = names[at] ?? "";
  if (own.includes("-")) return [];
  const [major = "", minor = ""] = own.split(".");
  const highest = (line: string): boolean =>
    names
      .filter((name) => !name.includes("-") && `${name}.`.startsWith(line))
      .every((name) => compare(name, own) <= 0);
  return [
    ...(highest(`${major}.`) ? [major] : []),
    ...(highest(`${major}.${minor}.`) ? [`${major}.${minor}`] : []),
    ...(highest("v") ? ["latest", "main"] : []),
  ];
}
