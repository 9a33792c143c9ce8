import assert from "node:assert/strict";
import { isNamed } from "../../../../lib/registries/named";

describe("isNamed", () => {
  const failing = (code: string) => (): Promise<never> =>
    Promise.reject(Object.assign(new Error(code), { code }));

  it("asks for the host without its port", async () => {
    const asked: string[] = [];
    const ask = (host: string): Promise<void> => {
      asked.push(host);
      return Promise.resolve();
    };
    assert.equal(await isNamed("localhost:5005", ask), true);
    assert.equal(await isNamed("name.azurecr.io", ask), true);
    assert.deepEqual(asked, ["localhost", "name.azurecr.io"]);
  });

  it("is false for a name that does not exist, and only then", async () => {
    assert.equal(await isNamed("name.azurecr.io", failing("ENOTFOUND")), false);
    assert.equal(await isNamed("name.azurecr.io", failing("EAI_AGAIN")), true);
    assert.equal(await isNamed("name.azurecr.io", failing("ETIMEOUT")), true);
  });

  it("knows loopback from the machine's own names", async () => {
    assert.equal(await isNamed("localhost:1"), true);
  });
});
