import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { allRegistered, recordResources, urnOf, valueOf } from "./mocks";

const TOKEN = "test:index:Thing";

class Thing extends pulumi.CustomResource {
  declare public readonly size: pulumi.Output<number>;

  public constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(TOKEN, name, { ...args, size: undefined }, opts);
  }
}

describe("the mocks for component tests", () => {
  it("show which inputs are secret, or have a secret in them", async () => {
    const recorder = await recordResources({ [TOKEN]: () => ({ size: 1 }) });
    new Thing("thing", {
      plain: "a",
      token: pulumi.secret("b"),
      list: [{ inner: pulumi.secret("c") }, { inner: "d" }],
    });
    await allRegistered();
    assert.deepEqual(recorder.registrations, [
      {
        type: TOKEN,
        name: "thing",
        inputs: { plain: "a", token: "b", list: [{ inner: "c" }, { inner: "d" }] },
        secrets: ["list", "token"],
      },
    ]);
  });

  it("answer with the state of the table, and with nothing of it in a preview", async () => {
    const answers = { [TOKEN]: () => ({ size: 3 }) };
    await recordResources(answers);
    assert.equal(await valueOf(new Thing("thing", {}).size), 3);
    await recordResources(answers, { preview: true });
    assert.equal(await valueOf(new Thing("thing", {}).size), undefined);
    await allRegistered();
  });

  it("refuse a token that the test does not expect", async () => {
    const recorder = await recordResources({});
    const thing = new Thing("thing", {});
    await assert.rejects(urnOf(thing), { message: /test:index:Thing \(thing\) was not expected/ });
    assert.deepEqual(recorder.registrations, []);
  });

  it("answer the invoked functions of the table, and refuse any other", async () => {
    const calls = {
      "test:index:double": ({ size }: { size?: unknown }) => ({ size: [size, size] }),
      "test:index:failing": () => {
        throw new Error("not today");
      },
    };
    await recordResources({}, { calls });
    assert.deepEqual(await pulumi.runtime.invoke("test:index:double", { size: 2 }), {
      size: [2, 2],
    });
    await assert.rejects(pulumi.runtime.invoke("test:index:other", {}));
    await assert.rejects(pulumi.runtime.invoke("test:index:failing", {}), /not today/);
    await allRegistered();
  });

  it("name parents' types in the URN", async () => {
    await recordResources({ [TOKEN]: () => ({}) });
    const parent = new Thing("parent", {});
    const child = new Thing("child", {}, { parent });
    assert.equal(await urnOf(child), `urn:pulumi:test::bot-core::${TOKEN}$${TOKEN}::child`);
    await allRegistered();
  });
});
