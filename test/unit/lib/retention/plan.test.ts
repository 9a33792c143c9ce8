import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import { firstRemovals, planRetention, type Deployed } from "../../../../lib/retention";
import {
  digest,
  fallback,
  graphOf,
  nameOf,
  NOTHING_DEPLOYED,
  NOW,
  SETTINGS,
  type Written,
} from "./support";

type Graph = Readonly<Record<string, Written>>;

/** Names of what goes, in order. */
function removed(written: Graph, deployed: Deployed = NOTHING_DEPLOYED): string[] {
  const plan = planRetention(graphOf(written), SETTINGS, deployed, NOW);
  return plan.removals.map((one) => nameOf(one.digest));
}

describe("retention", () => {
  const OLD = 100;
  const newest: Graph = {
    r3: { tags: ["v3.0.0"], age: OLD },
    r2: { tags: ["2.0.0"], age: OLD },
  };

  const cases: readonly (readonly [string, Graph, readonly string[]])[] = [
    [
      "keeps the newest releases by version, not by date",
      { ...newest, r1: { tags: ["v1.0.0"], age: 20 } },
      ["r1"],
    ],
    [
      "counts `v3.0.0` and `3.0.0` once",
      { ...newest, also: { tags: ["3.0.0"], age: OLD }, r1: { tags: ["v1.0.0"], age: OLD } },
      ["r1"],
    ],
    ["keeps a release that is young", { ...newest, r1: { tags: ["v1.0.0"], age: 13 } }, []],
    [
      "keeps pre-releases of what is to come",
      { ...newest, rc: { tags: ["v4.0.0-rc.1"], age: OLD } },
      [],
    ],
    [
      "keeps only so many of them",
      {
        a: { tags: ["v1.0.0-rc.1"], age: OLD },
        b: { tags: ["v1.0.0-rc.2"], age: OLD },
        c: { tags: ["v1.0.0-rc.3"], age: OLD },
      },
      ["a"],
    ],
    [
      "removes old pre-releases of what is there",
      { ...newest, rc: { tags: ["v3.0.0-rc.1"], age: OLD } },
      ["rc"],
    ],
    [
      "keeps aliases and branches",
      {
        a: { tags: ["latest"], age: OLD },
        b: { tags: ["feat-x"], age: OLD },
        c: { tags: ["dev"], age: OLD },
      },
      [],
    ],
    [
      "goes by a pull request's own days",
      { a: { tags: ["pr-1"], age: 8 }, b: { tags: ["pr-2"], age: 6 } },
      ["a"],
    ],
    [
      "takes commits by age",
      {
        a: { tags: ["0123456789ab", "main-0123456789ab"], age: 15 },
        b: { tags: ["ba9876543210"], age: 13 },
      },
      ["a"],
    ],
    ["takes untagged ones by age", { a: { age: 15 }, b: { age: 13 } }, ["a"]],
    ["keeps what has no date anywhere", { a: {}, b: { tags: ["v1.0.0"] } }, []],
    [
      "dates a part by what names it",
      { index: { children: ["part"], age: 20 }, part: {} },
      ["index", "part"],
    ],
    [
      "keeps a part that a younger index shares",
      {
        index: { children: ["part"], age: 20 },
        other: { children: ["part"], age: 2 },
        part: { age: 30 },
      },
      ["index"],
    ],
    [
      "keeps nested indexes",
      {
        top: { tags: ["main"], children: ["middle"], age: OLD },
        middle: { children: ["leaf"], age: OLD },
        leaf: { age: OLD },
      },
      [],
    ],
    [
      "keeps signatures of signatures",
      {
        a: { tags: ["main"], age: OLD },
        s: { subject: "a", age: OLD },
        t: { subject: "s", age: OLD },
      },
      [],
    ],
    [
      "keeps what fallback tags list",
      {
        a: { tags: ["main"], age: OLD },
        f: { tags: [fallback("a")], children: ["s"], age: OLD },
        s: { age: OLD },
        o: { tags: [`${fallback("a")}.sig`], age: OLD },
      },
      [],
    ],
    [
      "removes signatures with their image, however fresh",
      {
        a: { age: 20 },
        s: { subject: "a", age: 1 },
        f: { tags: [fallback("a")], children: ["s"], age: 1 },
      },
      ["a", "f", "s"],
    ],
    [
      "keeps a fresh signature whose image is elsewhere",
      { s: { subject: "b", age: 1 }, t: { subject: "b", age: 20 } },
      ["t"],
    ],
    [
      "keeps the builds of a version",
      {
        i: { tags: ["v1.0.0"], children: ["m"], age: OLD },
        m: { tags: ["pb-000000000001-amd64"], age: OLD },
      },
      [],
    ],
    [
      "keeps BuildKit's index around a build, with its attestation",
      {
        i: { tags: ["v1.0.0"], children: ["m"], age: OLD },
        w: { tags: ["pb-000000000001-amd64"], children: ["m", "p"], age: OLD },
        m: { age: OLD },
        p: { age: OLD },
      },
      [],
    ],
    ["removes builds of no version", { m: { tags: ["pb-000000000001-amd64"], age: 15 } }, ["m"]],
    [
      "follows a subject that another's part has",
      {
        i: { tags: ["main"], children: ["s"], age: OLD },
        s: { subject: "a", age: OLD },
        a: { age: OLD },
      },
      [],
    ],
    [
      "leaves alone what names itself in a circle",
      { a: { children: ["b"], age: OLD }, b: { children: ["a"], age: OLD }, c: { age: OLD } },
      ["c"],
    ],
    [
      "leaves alone fresh subjects in a circle",
      { a: { subject: "b", age: 1 }, b: { subject: "a", age: 20 } },
      [],
    ],
  ];
  for (const [name, graph, expected] of cases) {
    it(name, () => {
      assert.deepEqual(removed(graph), expected);
    });
  }

  it("keeps what is deployed, by digest and by version", () => {
    const graph: Graph = {
      ...newest,
      a: { tags: ["v1.0.0"], children: ["m"], age: OLD },
      m: { age: OLD },
      b: { tags: ["v0.9.0"], age: OLD },
      c: { tags: ["v0.8.0"], age: OLD },
    };
    const deployed = {
      digests: new Map([[digest("a"), "runs in prod"]]),
      versions: new Map([["v0.9.0", "prod can go back to it"]]),
    };
    assert.deepEqual(removed(graph, deployed), ["c"]);
    const plan = planRetention(graphOf(graph), SETTINGS, deployed, NOW);
    assert.equal(plan.roots.get(digest("a")), "runs in prod");
    assert.equal(plan.roots.get(digest("b")), "prod can go back to it");
  });

  it("says why something goes", () => {
    const graph: Graph = {
      ...newest,
      a: { tags: ["v1.0.0"], children: ["m"], age: 61 },
      m: { age: 61 },
      s: { subject: "a", age: 61 },
      p: { tags: ["pr-1"], age: 20 },
      u: { age: 15 },
    };
    const { removals } = planRetention(graphOf(graph), SETTINGS, NOTHING_DEPLOYED, NOW);
    assert.deepEqual(
      removals.map((one) => [nameOf(one.digest), one.reason]),
      [
        ["a", "not among the newest 2 versions, 61 d old"],
        ["m", "part of what goes, 61 d old"],
        ["s", "signs or describes what goes, 61 d old"],
        ["p", "pull request, 20 d old"],
        ["u", "untagged, 15 d old"],
      ],
    );
  });
});

describe("a limited prune", () => {
  const graph: Graph = {
    a: { children: ["m", "n"], age: 50 },
    m: { age: 50 },
    n: { age: 50 },
    b: { children: ["o"], age: 40 },
    o: { age: 40 },
  };
  const plans = (complete: boolean) => [
    planRetention(graphOf(graph, complete), SETTINGS, NOTHING_DEPLOYED, NOW),
  ];
  const first = (max: number, complete: boolean): string[] =>
    firstRemovals(plans(complete), max).map((one) => nameOf(one.digest));

  it("cuts anywhere where the registry lists everything", () => {
    assert.deepEqual(first(2, true), ["a", "n"]);
  });

  it("cuts between images where it does not", () => {
    assert.deepEqual(first(4, false), ["a", "n", "m"]);
    assert.deepEqual(first(5, false), ["a", "n", "m", "b", "o"]);
  });

  it("refuses a limit that is less than the first image", () => {
    assert.throws(
      () => first(2, false),
      (error) =>
        error instanceof UserError &&
        error.code === "prune-max" &&
        error.message.includes("`--max 3`"),
    );
  });
});
