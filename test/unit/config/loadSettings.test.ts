import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../../config";
import { UserError } from "../../../lib/errors";

const VARIABLES = ["PULUMI_CONFIG_SECRET_KEYS", "VERSION", "DOCKER_REGISTRY"];

const CONFIG = {
  "bot-core:provider": "private",
  "bot-core:registry": '{"server":"r.example.com","username":"u","password":"hunter2"}',
  "bot-core:host": '{"address":"prod"}',
  "bot-core:sign": "false",
  "other:version": "v9",
  "bot-core-x:version": "v9",
};

describe("loadSettings", () => {
  const home = process.cwd();
  const before = { ...process.env };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bot-core-config-"));
    process.chdir(folder);
    for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  });
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
    process.chdir(home);
    rmSync(folder, { recursive: true });
    for (const name of VARIABLES) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  });

  function configure(config: Record<string, string>, secretKeys: string[]): void {
    pulumi.runtime.setAllConfig(config);
    process.env["PULUMI_CONFIG_SECRET_KEYS"] = JSON.stringify(secretKeys);
  }

  it("reads the project's namespace alone, and which keys are secret", async () => {
    configure({ ...CONFIG, "bot-core:version": "v1" }, ["bot-core:registry"]);
    const { registry, release } = await loadSettings();
    assert.equal(release.version, "v1");
    assert.deepEqual(registry.account.push, {
      kind: "inline",
      username: "u",
      password: "hunter2",
    });
  });

  it("reads .env, and puts it into this process's environment", async () => {
    configure(CONFIG, ["bot-core:registry"]);
    writeFileSync(".env", "VERSION=v2\n");
    assert.equal((await loadSettings()).release.version, "v2");
    assert.equal(process.env["VERSION"], "v2");
  });

  it("throws all faults as one fault of the user, which the program shows without a stack", async () => {
    configure(CONFIG, []);
    await assert.rejects(loadSettings, (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /registry\.password: given in clear; .*\n {2}version: not set; /);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
});
