import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadCompose, type LoadedCompose } from "../../../../lib/compose";
import { UserError } from "../../../../lib/errors";
import type { Run, RunOptions, RunResult } from "../../../../lib/process/run";

interface Call {
  readonly args: readonly string[];
  readonly options: RunOptions;
}

/** A Compose that answers each call in turn, and the calls that it got. */
function fakeRun(answers: readonly Partial<RunResult>[]): { run: Run; calls: Call[] } {
  const calls: Call[] = [];
  const run: Run = (program, args, options = {}) => {
    assert.equal(program, "docker");
    calls.push({ args, options });
    const answer = answers[calls.length - 1];
    assert.ok(answer, `unexpected call: ${args.join(" ")}`);
    return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer });
  };
  return { run, calls };
}

describe("loadCompose on what Compose answers", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "compose-unit-"));
    writeFileSync(
      path.join(folder, "compose.yml"),
      "services:\n  web:\n    image: ${A:?}-${B:?}\n",
    );
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function load(run: Run): Promise<LoadedCompose> {
    return loadCompose({
      projectDirectory: folder,
      files: ["compose.yml"],
      project: "shop",
      variables: { VERSION: "v1" },
      envFiles: [],
      remoteHost: false,
      run,
    });
  }

  it("asks for the files in order, with variables in the environment and never in arguments", async () => {
    const { run, calls } = fakeRun([{ stdout: "name: shop\nservices: {}\n" }]);
    await load(run);
    assert.deepEqual(calls[0]?.args, [
      "compose",
      "--project-directory",
      folder,
      "--project-name",
      "shop",
      "-f",
      path.join(folder, "compose.yml"),
      "config",
      "--no-path-resolution",
      "--no-consistency",
    ]);
    assert.deepEqual(calls[0].options.env, {
      VERSION: "v1",
      COMPOSE_FILE: undefined,
      COMPOSE_ENV_FILES: undefined,
    });
  });

  it("fills in required variables one by one, and blames nobody for what it filled in", async () => {
    const missing = (name: string): Partial<RunResult> => ({
      code: 15,
      stderr: `error while interpolating services.web.image: required variable ${name} is missing a value\n`,
    });
    const { run, calls } = fakeRun([
      missing("A"),
      missing("B"),
      { code: 15, stderr: "Invalid containerPort: 1\n" },
    ]);
    const { findings, model } = await load(run);
    assert.deepEqual(
      findings.errors.map(({ at, message }) => `${at} ${message.split(" ")[0] ?? ""}`),
      ["compose.yml:3 `A`", "compose.yml:3 `B`"],
    );
    assert.deepEqual(model.services, {});
    assert.deepEqual(calls[2]?.options.env?.B, "1");
  });

  const missing = [
    "docker: 'compose' is not a docker command.\nSee 'docker --help'\n",
    "unknown shorthand flag: 'f' in -f\n",
    "unknown flag: --no-consistency\n",
  ];
  for (const stderr of missing) {
    it(`asks for the plugin: ${stderr.split("\n")[0] ?? ""}`, async () => {
      const { run } = fakeRun([{ code: 125, stderr }]);
      await assert.rejects(load(run), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.code, "compose-missing");
        assert.equal(
          error.message,
          "`docker compose` is missing or older than 2.26; install the docker-compose plugin (2.26 or newer) and run again",
        );
        return true;
      });
    });
  }

  it("passes what it does not know through in one line", async () => {
    const { run } = fakeRun([{ code: 1, stderr: "something\nodd\n" }]);
    const { findings } = await load(run);
    assert.deepEqual(findings.errors, [
      { at: "compose.yml", message: "Compose refuses the file: something odd" },
    ]);
  });
});
