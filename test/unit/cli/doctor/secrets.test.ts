import assert from "node:assert/strict";
import { Unknown } from "../../../../cli/doctor/check";
import { secretsFinding } from "../../../../cli/doctor/secrets";
import { parseSettings } from "../../../../lib/settings/parse";
import type { CredentialSource } from "../../../../lib/resources/registry";
import type { Settings } from "../../../../lib/settings/settings";

const { signal } = new AbortController();

function settingsWith(push: CredentialSource, pull: CredentialSource = push): Settings {
  const values = {
    provider: "private",
    registry: '{"server":"r.example.com"}',
    version: "v1.0.0",
    host: "false",
    scan: "false",
    sbom: "false",
    sign: "false",
    verify: "false",
  };
  const settings = parseSettings({ values, secretKeys: new Set() }, {});
  const account = { ...settings.registry.account, push, pull };
  return { ...settings, registry: { ...settings.registry, account } };
}

describe("the check `secrets`", () => {
  it("has nothing to tell of the clouds' tokens", async () => {
    const push = { kind: "ecr", region: "eu-central-1" } as const;
    const pull = { ...push, roleArn: "arn:aws:iam::123456789012:role/pull" };
    assert.deepEqual(await secretsFinding(settingsWith(push, pull), {}, signal), {
      state: "ok",
      detail:
        "push: a short-lived token: nothing to rotate\n" +
        "pull: a short-lived token: nothing to rotate",
    });
  });

  it("tells one login once", async () => {
    const inline = { kind: "inline", username: "u", password: "hunter2" } as const;
    const finding = await secretsFinding(settingsWith(inline), {}, signal);
    assert.deepEqual(finding, {
      state: "ok",
      detail: "push: r.example.com does not tell how old its secrets are",
    });
  });

  it("leaves a login that is not there to the registry's check", async () => {
    const source = {
      kind: "environment",
      usernameVariable: "NOT_SET_USER",
      passwordVariable: "NOT_SET_PASSWORD",
    } as const;
    await assert.rejects(secretsFinding(settingsWith(source), {}, signal), (error: unknown) => {
      assert.ok(error instanceof Unknown);
      assert.equal(error.message, "not checked: needs `registry`");
      return true;
    });
  });

  it("keeps nobody from a release where the provider cannot be asked", async () => {
    const settings = settingsWith({ kind: "inline", username: "u", password: "ghp_hunter2" });
    const endpoint = { server: "ghcr.io", insecure: false };
    const registry = { ...settings.registry, endpoint };
    const ended = AbortSignal.abort();
    const { state, detail } = await secretsFinding({ ...settings, registry }, {}, ended);
    assert.equal(state, "skipped");
    assert.match(detail, /^push: not told: /);
    assert.doesNotMatch(detail, /hunter2/);
  });
});
