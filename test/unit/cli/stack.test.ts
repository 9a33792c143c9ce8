import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostOf, parseConfig, projectFolder, readSettings } from "../../../cli/stack";
import { UserError } from "../../../lib/errors";
import type { Run } from "../../../lib/process/run";

/** As `pulumi config --json --show-secrets` of 3.259.0 prints it, with a secret inside an object. */
const PRINTED = JSON.stringify({
  "aws:region": { value: "eu-west-1", secret: false },
  "bot-core:provider": { value: "private", secret: false },
  "bot-core:registry": {
    value: '{"server":"localhost:5005","username":"u","password":"s3cret"}',
    objectValue: { server: "localhost:5005", username: "u", password: "s3cret" },
    secret: true,
  },
  "bot-core:version": { value: "v1.0.0", secret: false },
  "bot-core:host": { value: '{"address":"ssh://a@b","project":"shop"}', secret: false },
  ...Object.fromEntries(
    ["scan", "sbom", "sign", "verify"].map((key) => [
      `bot-core:${key}`,
      { value: "false", secret: false },
    ]),
  ),
});

const signal = new AbortController().signal;

describe("the stack of a command", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cli-stack-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: bot-core\n");
    mkdirSync(join(folder, "deep", "er"), { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is that of the nearest project upwards", () => {
    assert.equal(projectFolder(join(folder, "deep", "er")), folder);
    assert.throws(() => projectFolder("/"), /is in no Pulumi project/);
  });

  it("is read by the Pulumi CLI in the project's folder, `--stack` only where it was given", async () => {
    const calls: unknown[] = [];
    const run: Run = (program, args, options) => {
      calls.push([program, args.slice(-2), options?.cwd]);
      return Promise.resolve({ code: 0, stdout: PRINTED, stderr: "" });
    };
    const from = join(folder, "deep");
    const settings = await readSettings({ stack: "prod", folder: from, signal }, {}, run);
    await readSettings({ folder: from, signal }, {}, run);
    assert.deepEqual(hostOf(settings), {
      address: "ssh://a@b",
      engine: "compose",
      project: "shop",
    });
    assert.deepEqual(calls, [
      ["pulumi", ["--stack", "prod"], folder],
      ["pulumi", ["--show-secrets", "--non-interactive"], folder],
    ]);
  });

  it("takes the project's `.env` for what is read later", async () => {
    writeFileSync(join(folder, ".env"), "DOCKER_PASSWORD=fromfile\nHELD=no\n");
    const env: NodeJS.ProcessEnv = { HELD: "yes" };
    const run: Run = () => Promise.resolve({ code: 0, stdout: PRINTED, stderr: "" });
    await readSettings({ folder, signal }, env, run);
    assert.equal(env["DOCKER_PASSWORD"], "fromfile");
    assert.equal(env["HELD"], "yes");
  });

  it("that cannot be read is told in Pulumi's words", async () => {
    const stderr = "error: no stack named 'nope' found\n";
    const run: Run = () => Promise.resolve({ code: 6, stdout: "", stderr });
    await assert.rejects(readSettings({ stack: "nope", folder, signal }, {}, run), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "stack-unreadable");
      assert.match(
        error.message,
        /^stack `nope`'s configuration cannot be read: no stack named 'nope' found;/,
      );
      return true;
    });
  });

  it("hands over the program's own keys, and which of them are secret", () => {
    const { values, secretKeys } = parseConfig(PRINTED);
    assert.equal(values["version"], "v1.0.0");
    assert.equal("region" in values, false);
    assert.deepEqual([...secretKeys], ["registry"]);
  });

  for (const text of ['{"bot-core:registry": s3cret', '{"bot-core:registry": "s3cret"}', ""]) {
    it(`does not print what it does not understand: ${JSON.stringify(text.slice(0, 12))}`, () => {
      assert.throws(
        () => parseConfig(text),
        (error) => error instanceof UserError && !error.message.includes("s3c"),
      );
    });
  }
});
