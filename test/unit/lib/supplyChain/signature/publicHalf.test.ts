import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../../../../../lib/errors";
import type { VerifyPolicy } from "../../../../../lib/resources/supplyChain";
import { withPublicHalf } from "../../../../../lib/supplyChain/signature/publicHalf";
import { fakeRun } from "../recorded";

const PEM = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";
const VERSION = { stdout: "GitVersion: v3.1.3" };
const policy = (key: string) => ({ kind: "key", key, transparencyLog: true }) as const;

describe("what cosign verifies by", () => {
  it("is for a key in a store a file with its public half, for as long as it is used", async () => {
    for (const key of ["hashivault://web", "awskms:///alias/web", "azurekms://v.example/web"]) {
      const { run, seen } = fakeRun(([, word]) => (word === "version" ? VERSION : { stdout: PEM }));
      const file = await withPublicHalf(policy(key), { run }, (checked) => {
        assert.ok(checked.kind === "key" && checked.transparencyLog);
        assert.equal(readFileSync(checked.key, "utf8"), PEM);
        return Promise.resolve(checked.key);
      });
      assert.equal(existsSync(file), false);
      assert.deepEqual(seen.at(-1)?.line, ["cosign", "public-key", "--key", key]);
    }
  });

  it("is what the policy says where no store has to be asked, or cosign asks it well itself", async () => {
    const { run, seen } = fakeRun(() => ({ code: 1 }));
    const keyless: VerifyPolicy = {
      kind: "keyless",
      ...{ identity: { kind: "exact", value: "ci@acme.example" }, issuer: "https://id.example" },
    };
    for (const one of [policy("cosign.pub"), policy("k8s://shop/cosign"), keyless]) {
      assert.equal(await withPublicHalf(one, { run }, (checked) => Promise.resolve(checked)), one);
    }
    assert.deepEqual(seen, []);
  });

  it("is nothing where the store refuses: that is no signature of another key", async () => {
    const { run } = fakeRun(([, word]) =>
      word === "version" ? VERSION : { code: 1, stderr: "Error: Code: 403. permission denied" },
    );
    const work = withPublicHalf(policy("hashivault://web"), { run }, () => assert.fail("verified"));
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "signature-tool");
      assert.match(error.message, /`hashivault:\/\/web`.*may read it[^]*403/);
      return true;
    });
  });
});
