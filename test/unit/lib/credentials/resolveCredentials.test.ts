import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveCredentials } from "../../../../lib/credentials";
import { UserError } from "../../../../lib/errors";
import type { Run, RunResult } from "../../../../lib/process/run";

const SERVER = "registry.example:5000";
const DOCKER = { kind: "docker" } as const;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("resolveCredentials", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bot-core-docker-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const never: Run = () => Promise.reject(new Error("no program was to be run"));
  const ask = (config: unknown, server = SERVER, run: Run = never) => {
    const text = typeof config === "string" ? config : JSON.stringify(config);
    writeFileSync(join(folder, "config.json"), text);
    return resolveCredentials(DOCKER, server, { DOCKER_CONFIG: folder }, run);
  };
  const fails = (work: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
  /** A credential helper that gives this answer, noting how it was called. */
  function helper(answer: Partial<RunResult>) {
    const calls: unknown[] = [];
    const run: Run = (program, args, options) => {
      calls.push([program, ...args, options?.input]);
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer });
    };
    return { run, calls };
  }

  it("gives nothing for anonymous and what stands in the settings for inline", async () => {
    assert.equal(await resolveCredentials({ kind: "anonymous" }, SERVER, {}), undefined);
    const inline = { kind: "inline", username: "u", password: "s3cret" } as const;
    const { username, password } = (await resolveCredentials(inline, SERVER, {}))!;
    assert.deepEqual({ username, password }, { username: "u", password: "s3cret" });
  });

  describe("environment", () => {
    const source = {
      kind: "environment",
      usernameVariable: "USER_X",
      passwordVariable: "PASS_X",
    } as const;

    it("reads both variables and remembers their names for messages", async () => {
      const env = { USER_X: "u", PASS_X: "s3cret" };
      assert.deepEqual(await resolveCredentials(source, SERVER, env), {
        username: "u",
        password: "s3cret",
        origin: "the environment variables USER_X and PASS_X",
      });
    });

    for (const [env, missing] of [
      [{}, "variables are not set: USER_X, PASS_X"],
      [{ USER_X: "u" }, "variable is not set: PASS_X"],
      [{ USER_X: "", PASS_X: "s3cret" }, "variable is not set: USER_X"],
    ] as const) {
      it(`names what is missing: ${missing}`, async () => {
        const work = resolveCredentials(source, SERVER, env);
        await fails(work, "credentials-missing", new RegExp(missing));
      });
    }
  });

  describe("docker", () => {
    it("reads a login of auths, whose password may hold a colon", async () => {
      const found = await ask({ auths: { [SERVER]: { auth: base64("u:s3:cret") } } });
      assert.deepEqual([found?.username, found?.password], ["u", "s3:cret"]);
    });

    it("finds entries with scheme and path, and Docker Hub's by its old name", async () => {
      const entry = { auth: base64("u:p") };
      for (const key of [`https://${SERVER}`, `https://${SERVER}/`, `https://${SERVER}/v2/`]) {
        assert.equal((await ask({ auths: { [key]: entry } }))?.username, "u", key);
      }
      const hub = { auths: { "https://index.docker.io/v1/": entry } };
      assert.equal((await ask(hub, "docker.io"))?.username, "u");
      assert.equal(await ask(hub), undefined);
    });

    it("passes an identity token on as such", async () => {
      const found = await ask({ auths: { [SERVER]: { identitytoken: "refresh" } } });
      assert.deepEqual([found?.username, found?.password], ["<token>", "refresh"]);
    });

    it("asks the server's own helper before the store, by standard input", async () => {
      const { run, calls } = helper({ stdout: '{"Username":"u","Secret":"s3cret"}' });
      const config = { credsStore: "all", credHelpers: { [SERVER]: "one" } };
      const found = await ask(config, SERVER, run);
      assert.deepEqual([found?.username, found?.password], ["u", "s3cret"]);
      assert.deepEqual(calls, [["docker-credential-one", "get", SERVER]]);
    });

    it("falls back to auths where the store has no login", async () => {
      const { run } = helper({ code: 1, stdout: "credentials not found in native keychain\n" });
      const config = { credsStore: "all", auths: { [SERVER]: { auth: base64("u:p") } } };
      assert.equal((await ask(config, SERVER, run))?.username, "u");
      assert.equal(await ask({ credsStore: "all" }, SERVER, run), undefined);
    });

    it("names a helper that fails or answers otherwise, without its output's secret", async () => {
      const config = { credsStore: "all" };
      const broken = helper({ code: 2, stderr: "token expired" });
      const words = /docker-credential-all.*token expired/;
      await fails(ask(config, SERVER, broken.run), "credentials-helper", words);
      const odd = helper({ stdout: '{"Secret":"s3cret"' });
      await fails(ask(config, SERVER, odd.run), "credentials-helper", /not the JSON/);
      await fails(ask({ credsStore: "../x" }), "credentials-helper", /name is not allowed/);
    });

    it("gives nothing without a configuration and names one that does not parse", async () => {
      const env = { DOCKER_CONFIG: join(folder, "none") };
      assert.equal(await resolveCredentials(DOCKER, SERVER, env, never), undefined);
      assert.equal(await ask({}), undefined);
      await fails(ask('{"auths": s3cret'), "credentials-helper", /config\.json/);
    });
  });
});
