import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "semver";
import { firstRemovals, planRetention, type RepositoryGraph } from "../../../../lib/retention";
import type { Deployed } from "../../../../lib/retention";
import { digest, NOW, SETTINGS } from "./support";

const DAY = 86_400_000;
const RUNS = 2_000;

interface Wish {
  readonly tag: string | undefined;
  readonly second: string | undefined;
  /** Positions of earlier manifests; a number beyond them names one that is not there. */
  readonly children: readonly number[];
  readonly subject: number | undefined;
  readonly fallbackOf: number | undefined;
  readonly age: number | undefined;
  /** A later manifest that it names: a lie, because its digest could not be known. */
  readonly lie: number | undefined;
}

const tag = fc.oneof(
  fc.tuple(fc.nat(2), fc.nat(2)).map(([minor, patch]) => `v1.${minor}.${patch}`),
  fc.tuple(fc.nat(2), fc.nat(2)).map(([minor, rc]) => `v1.${minor}.0-rc.${rc}`),
  fc.constantFrom("latest", "v1", "v1.0", "main", "feat-x", "pr-1", "pr-2", "pr-3"),
  fc.nat(9).map((n) => `pb-00000000000${n}-amd64`),
  fc.nat(9).map((n) => `00000000000${n}`),
);
const place = fc.nat(24);
/** Something in `percent` of the cases. */
const maybe = <T>(of: fc.Arbitrary<T>, percent: number): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { arbitrary: of, weight: percent },
    { arbitrary: fc.constant(undefined), weight: 100 - percent },
  );
const wish: fc.Arbitrary<Wish> = fc.record({
  tag: maybe(tag, 60),
  second: maybe(tag, 25),
  children: fc.oneof(fc.constant([]), fc.array(place, { maxLength: 4 })),
  subject: maybe(place, 25),
  fallbackOf: maybe(place, 20),
  age: maybe(fc.nat(60), 85),
  lie: maybe(place, 10),
});
const registries = fc.record({
  wishes: fc.array(wish, { minLength: 1, maxLength: 24 }),
  lying: fc.boolean(),
  deployed: fc.array(place, { maxLength: 2 }),
  version: maybe(tag, 30),
  complete: fc.boolean(),
});

function build({
  wishes,
  lying,
  complete,
}: {
  wishes: readonly Wish[];
  lying: boolean;
  complete: boolean;
}): RepositoryGraph {
  const taken = new Set<string>();
  const fresh = (given: string | undefined): string[] => {
    if (given === undefined || taken.has(given)) return [];
    taken.add(given);
    return [given];
  };
  const manifests = wishes.map((one, at) => {
    // An honest manifest names only what was there before it; 99 is in no registry.
    const before = (position: number): string => digest(position < at ? position : 99);
    const of = one.fallbackOf === undefined ? undefined : digest(one.fallbackOf).replace(":", "-");
    const lie = lying && one.lie !== undefined ? [digest(one.lie)] : [];
    return {
      digest: digest(at),
      tags: [...fresh(one.tag), ...fresh(one.second), ...fresh(of)],
      children: [...one.children.map(before), ...lie],
      ...(one.subject === undefined ? {} : { subject: before(one.subject) }),
      ...(one.age === undefined ? {} : { date: NOW - one.age * DAY }),
      blobs: new Map([[digest(at), 1]]),
    };
  });
  return {
    repository: "r",
    manifests: new Map(manifests.map((manifest) => [manifest.digest, manifest])),
    complete,
  };
}

/** What refers to what, written anew from the rules and not from the code under test. */
function reachable(graph: RepositoryGraph, roots: ReadonlySet<string>): Set<string> {
  const reached = new Set([...roots].filter((one) => graph.manifests.has(one)));
  for (let size = -1; size !== reached.size;) {
    size = reached.size;
    for (const manifest of graph.manifests.values()) {
      const { children, subject, tags } = manifest;
      if (reached.has(manifest.digest)) {
        for (const named of [...children, subject ?? ""]) {
          if (graph.manifests.has(named)) reached.add(named);
        }
      }
      const about = [subject ?? "", ...tags.map((one) => one.replace(/^sha256-/, "sha256:"))];
      if (about.some((one) => reached.has(one))) reached.add(manifest.digest);
    }
  }
  return reached;
}

/** Roots that no reading of the rules may miss. */
function mustStay(graph: RepositoryGraph, deployed: Deployed): Set<string> {
  const all = [...graph.manifests.values()];
  const releases = all.flatMap(({ tags }) => tags.filter((one) => /^v\d+\.\d+\.\d+$/.test(one)));
  const newest = [...releases].sort((a, b) => compare(b, a)).slice(0, SETTINGS.keepVersions);
  const stays = (one: string): boolean =>
    /^(latest|v1|v1\.0|main|feat-x)$/.test(one) ||
    newest.includes(one) ||
    deployed.versions.has(one);
  const young = (manifest: (typeof all)[number]): boolean => {
    const { date, subject, tags } = manifest;
    if (
      date === undefined ||
      subject !== undefined ||
      tags.some((one) => one.startsWith("sha256-"))
    ) {
      return false;
    }
    const days = tags.some((one) => one.startsWith("pr-"))
      ? SETTINGS.prDays
      : SETTINGS.untaggedDays;
    return NOW - date < days * DAY;
  };
  return new Set(
    all
      .filter((one) => one.tags.some(stays) || deployed.digests.has(one.digest) || young(one))
      .map((one) => one.digest),
  );
}

function without(graph: RepositoryGraph, gone: ReadonlySet<string>): RepositoryGraph {
  const left = [...graph.manifests].filter(([one]) => !gone.has(one));
  return { ...graph, manifests: new Map(left) };
}

describe("retention of random registries", function () {
  this.timeout(120_000);

  const check = (
    name: string,
    holds: (graph: RepositoryGraph, deployed: Deployed) => void,
  ): void => {
    it(name, () => {
      fc.assert(
        fc.property(registries, ({ deployed, version, ...rest }) => {
          const where = {
            digests: new Map(deployed.map((one) => [digest(one), "runs"])),
            versions: new Map(version === undefined ? [] : [[version, "runs"]]),
          };
          holds(build(rest), where);
        }),
        { numRuns: RUNS },
      );
    });
  };

  check("removes nothing that is reachable from what is kept", (graph, deployed) => {
    const { removals, kept: stays } = planRetention(graph, SETTINGS, deployed, NOW);
    const kept = reachable(graph, new Set([...stays, ...mustStay(graph, deployed)]));
    assert.equal(kept.size + removals.length, graph.manifests.size);
    assert.deepEqual(
      removals.filter((one) => kept.has(one.digest)),
      [],
    );
    assert.equal(new Set(removals.map((one) => one.digest)).size, removals.length);
  });

  check("leaves at each step every tag on something, and every index whole", (graph, deployed) => {
    const { removals } = planRetention(graph, SETTINGS, deployed, NOW);
    const gone = new Set<string>();
    for (const removal of removals) {
      const parents = [...graph.manifests.values()].filter(
        (one) => !gone.has(one.digest) && one.digest !== removal.digest,
      );
      for (const parent of parents) assert.ok(!parent.children.includes(removal.digest));
      // All its tags go with it, whether or not the registry removes them by itself.
      assert.deepEqual(removal.tags, graph.manifests.get(removal.digest)?.tags);
      gone.add(removal.digest);
    }
  });

  check("has nothing left to do when it is done", (graph, deployed) => {
    const { removals } = planRetention(graph, SETTINGS, deployed, NOW);
    const left = without(graph, new Set(removals.map((one) => one.digest)));
    assert.deepEqual(planRetention(left, SETTINGS, deployed, NOW).removals, []);
  });

  check("cuts between images where untagged manifests are not listed", (graph, deployed) => {
    const plan = planRetention(graph, SETTINGS, deployed, NOW);
    for (const whole of plan.wholes) {
      const first = plan.removals.slice(0, whole).map((one) => one.digest);
      const rest = new Set(plan.removals.slice(whole).map((one) => one.digest));
      for (const one of first) {
        const { children = [] } = graph.manifests.get(one) ?? {};
        assert.deepEqual(
          children.filter((child) => rest.has(child)),
          [],
        );
      }
    }
    assert.equal(plan.wholes.at(-1) ?? 0, plan.removals.length);
    const max = Math.max(1, plan.wholes[0] ?? 1);
    const cut = firstRemovals([plan], max);
    assert.ok(cut.length <= max);
    const left = without(graph, new Set(cut.map((one) => one.digest)));
    for (const manifest of left.manifests.values()) {
      const { children } = manifest;
      assert.deepEqual(
        children.filter((child) => graph.manifests.has(child) && !left.manifests.has(child)),
        [],
      );
    }
  });
});
