import assert from "node:assert/strict";
import { firstRemovals, freedBytes, keyOf, planRetention } from "../../../../lib/retention";
import { graphOf, NOTHING_DEPLOYED, NOW, SETTINGS } from "./support";

describe("freed bytes", () => {
  const shared = new Map([["layer", 100]]);
  const repository = (name: string, ages: readonly number[]) => {
    const written = Object.fromEntries(ages.map((age, at) => [`m${at}`, { age }]));
    const graph = graphOf(written);
    const manifests = [...graph.manifests].map(
      ([one, manifest]) => [one, { ...manifest, blobs: new Map([...shared, [one, 1]]) }] as const,
    );
    const own = { ...graph, repository: name, manifests: new Map(manifests) };
    return planRetention(own, SETTINGS, NOTHING_DEPLOYED, NOW);
  };
  const total = (
    plans: ReturnType<typeof repository>[],
    sharing: "registry" | "repository",
  ): number =>
    [...freedBytes(plans, firstRemovals(plans, 100), sharing).values()].reduce((a, b) => a + b, 0);

  it("leaves out what something else needs", () => {
    assert.equal(total([repository("a", [20, 20])], "registry"), 102);
    assert.equal(total([repository("a", [20, 2])], "registry"), 1);
  });

  it("knows whether repositories share their blobs", () => {
    const plans = [repository("a", [20]), repository("b", [2])];
    assert.equal(total(plans, "registry"), 0);
    assert.equal(total(plans, "repository"), 101);
    const both = [repository("a", [20]), repository("b", [20])];
    assert.equal(total(both, "registry"), 101);
    assert.equal(keyOf({ repository: "a", digest: "sha256:x" }), "a@sha256:x");
  });
});
