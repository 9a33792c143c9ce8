import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { existsSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

const ROOT = "services";
const read = (file: string): string => readFileSync(`${ROOT}/${file}`, "utf8");

describe("services", () => {
  for (const name of ["rust-core-engine", "python-ai-service", "nextjs-ui-dashboard"]) {
    describe(name, () => {
      const dockerfile = read(`${name}/Dockerfile`);
      const final = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));

      it("runs as a user of its own, by number", () => {
        assert.match(final, /^USER \d+:\d+$/m);
      });

      it("builds natively and runs nothing in its final stage", () => {
        assert.match(dockerfile, /^FROM --platform=\$BUILDPLATFORM /m);
        assert.doesNotMatch(final, /^RUN /m);
      });

      it("asks its own health without curl", () => {
        assert.match(final, /^HEALTHCHECK [^\n]*(\\\n)?\s*CMD \[/m);
        assert.doesNotMatch(final, /curl|wget/);
      });

      it("is a release's only source of its version", () => {
        assert.doesNotMatch(dockerfile, /\b(VERSION|GIT_SHA)\b/);
        assert.doesNotMatch(dockerfile, /^LABEL /m);
      });

      it("sends nothing to the builder but what it names", () => {
        assert.match(read(`${name}/.dockerignore`), /^\*\n!/);
      });
    });
  }

  it("lock what they depend on", () => {
    assert.match(read("rust-core-engine/Cargo.lock"), /^checksum = "/m);
    const requirements = read("python-ai-service/requirements.txt");
    for (const line of requirements.split("\n").filter((each) => /^[a-z]/.test(each))) {
      assert.match(line, /^[a-z0-9-]+==\S+ \\$/);
    }
    assert.match(requirements, /--hash=sha256:/);
    assert.match(read("nextjs-ui-dashboard/package-lock.json"), /"integrity": "sha512-/);
  });

  it("name no address of a registry in their lock files", () => {
    assert.doesNotMatch(read("nextjs-ui-dashboard/package-lock.json"), /"resolved":/);
    assert.doesNotMatch(read("python-ai-service/requirements.txt"), /https?:/);
  });
});

describe("the services' own tests", () => {
  // Those that need no package of the service; all of them run by `docker build --target test`.
  it("pass: the AI service's forecasts and settings", function () {
    const recent = ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"];
    const python = ["python3", "python"].find((each) => spawnSync(each, recent).status === 0);
    if (python === undefined) skip(this, "no python3 on PATH");
    runs(python, ["-m", "unittest", "tests.test_forecast", "tests.test_settings"], {
      cwd: `${ROOT}/python-ai-service`,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
  }).timeout(60_000);

  it("pass: everything of the dashboard but its pages", () => {
    const cwd = `${ROOT}/nextjs-ui-dashboard`;
    const tests = ["backends", "chart", "format", "history", "relay", "shutdown"].map(
      (name) => `test/${name}.test.ts`,
    );
    for (const file of tests) assert.ok(existsSync(`${cwd}/${file}`), file);
    runs(process.execPath, ["--import", "tsx", "--test", ...tests], { cwd, env: process.env });
  }).timeout(60_000);
});

function runs(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): void {
  const run = spawnSync(program, args, { ...options, encoding: "utf8" });
  assert.equal(run.status, 0, `${run.stdout}\n${run.stderr}`);
}
