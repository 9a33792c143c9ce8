import assert from "node:assert/strict";
import { bindResource, ResourcePlugin } from "../../../provider/dispatch";
import { HalfMadeError } from "../../../provider/plugin";
import { UnfinishedError } from "../../../provider/resource";
import type { Context, ResourceProvider } from "../../../provider/resource";
import { wrap } from "../../../provider/secrets";
import { UNKNOWN, UNKNOWN_WIRE } from "../../../provider/values";

interface Inputs {
  readonly name: string;
  readonly registry?: { readonly server: string; readonly push: { readonly password: string } };
}
interface Outputs extends Inputs {
  readonly made: string;
}

const lines: string[] = [];
const context: Context = {
  urn: "urn:pulumi:s::p::pkg:index:Thing::t",
  signal: new AbortController().signal,
  report: (line) => lines.push(line),
};

function pluginOf(provider: Partial<ResourceProvider<Inputs, Outputs>>): ResourcePlugin {
  const full: ResourceProvider<Inputs, Outputs> = {
    create: (inputs) => Promise.resolve({ id: "1", outputs: { ...inputs, made: "yes" } }),
    ...provider,
  };
  return new ResourcePlugin("1.0.0", "pkg", { Thing: bindResource(full) });
}

const TYPE = "pkg:index:Thing";
const login = (password: string) => ({ server: "s", push: { password: wrap(password) } });
const old = (inputs: Record<string, never> | object) => ({
  id: "1",
  state: { name: "n", made: "yes" },
  inputs: inputs as Parameters<ResourcePlugin["check"]>[1],
});

describe("ResourcePlugin", () => {
  it("returns check failures with an empty property, their secrets left out", async () => {
    const plugin = pluginOf({
      check: () => Promise.resolve([{ at: "name", message: "is `hunter22`, which is taken" }]),
    });
    const { failures } = await plugin.check(TYPE, { name: wrap("hunter22") }, context);
    assert.deepEqual(failures, [{ property: "", reason: "name: is `[secret]`, which is taken" }]);
  });

  it("gives check the decoded inputs, unknowns as UNKNOWN", async () => {
    const seen: unknown[] = [];
    const plugin = pluginOf({
      check: (inputs) => {
        seen.push(inputs);
        return Promise.resolve([]);
      },
    });
    const news = { name: UNKNOWN_WIRE, registry: login("p") };
    const { inputs } = await plugin.check(TYPE, news, context);
    assert.deepEqual(inputs, news);
    assert.deepEqual(seen, [{ name: UNKNOWN, registry: { server: "s", push: { password: "p" } } }]);
  });

  it("finds changed inputs, an unknown one too, and no change in a login", async () => {
    const plugin = pluginOf({});
    const diff = (news: object) =>
      plugin.diff(TYPE, old({ name: "n", registry: login("a") }), { ...news }, context);
    assert.deepEqual(await diff({ name: "n", registry: login("b") }), { changes: false });
    const unknown = await diff({ name: UNKNOWN_WIRE, registry: login("a") });
    assert.deepEqual(unknown, { changes: true, details: { name: "update" } });
    const removed = await diff({ name: "n" });
    assert.deepEqual(removed, { changes: true, details: { registry: "delete" } });
  });

  it("lets the resource decide the diff and shows its lines", async () => {
    lines.length = 0;
    const drift = pluginOf({
      diff: () => Promise.resolve({ changes: true, lines: ["web: stopped, will be started"] }),
    });
    const same = await drift.diff(TYPE, old({ name: "n" }), { name: "n" }, context);
    assert.equal(same.changes, true);
    assert.deepEqual(lines, ["web: stopped, will be started"]);
    const fixed = pluginOf({ diff: () => Promise.resolve({ changes: false }) });
    const changed = await fixed.diff(TYPE, old({ name: "n" }), { name: "m" }, context);
    assert.deepEqual(changed, { changes: false });
  });

  it("keeps secrets secret in what was half made", async () => {
    const plugin = pluginOf({
      create: (inputs) =>
        Promise.reject(new UnfinishedError("no answer", "1", { ...inputs, made: "half" })),
    });
    await assert.rejects(plugin.create(TYPE, { name: wrap("x") }, false, context), (error) => {
      assert.ok(error instanceof HalfMadeError);
      assert.deepEqual(error.state, { name: wrap("x"), made: "half" });
      assert.deepEqual(error.reasons, ["no answer"]);
      return true;
    });
  });

  it("without update, read and delete of its own records inputs and touches nothing", async () => {
    const plugin = pluginOf({});
    const updated = await plugin.update(TYPE, old({ name: "n" }), { name: "m" }, false, context);
    assert.deepEqual(updated, { name: "m", made: "yes" });
    assert.deepEqual(await plugin.read(TYPE, old({}), context), { name: "n", made: "yes" });
    await plugin.delete(TYPE, old({}), context);
  });

  for (const type of ["pkg:index:Other", "other:index:Thing", "pkg:index:constructor", "Thing"]) {
    it(`refuses the type ${type}`, async () => {
      await assert.rejects(pluginOf({}).check(type, { name: "n" }, context), {
        message: `unknown resource type \`${type}\`; the plugin offers pkg:index:Thing`,
      });
    });
  }
});
