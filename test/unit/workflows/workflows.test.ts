import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ACTIONS, allSteps, CHECKOUT, type Permissions, type Step, WORKFLOWS } from "./model";

/** What every job may do, and why; nothing else is given to any. */
const PERMISSIONS: Readonly<Record<string, Permissions>> = {
  // The source of anybody's pull request runs there.
  "preview/check": { contents: "read" },
  // Asks the registry (identity token, packages) and writes one comment.
  "preview/preview": {
    contents: "read",
    "id-token": "write",
    packages: "read",
    "pull-requests": "write",
  },
  "release/build": { contents: "read", "id-token": "write", packages: "write" },
  // Pushes, signs by the identity token, and hands findings to the Security tab.
  "release/publish": {
    contents: "read",
    "id-token": "write",
    packages: "write",
    "security-events": "write",
  },
  "release/release": {
    contents: "read",
    "id-token": "write",
    packages: "write",
    "security-events": "write",
  },
  "rollback/versions": { contents: "read", "id-token": "write", packages: "read" },
  // Nothing is pushed on the way back.
  "rollback/rollback": { contents: "read", "id-token": "write", packages: "read" },
  "drift/drift": { contents: "read", "id-token": "write", issues: "write", packages: "read" },
  // Pushes a branch and opens a pull request.
  "rebuild/rebuild": {
    contents: "write",
    "id-token": "write",
    packages: "read",
    "pull-requests": "write",
  },
};

/** Minutes after which a job hangs; an update ends in good order before it, or undoes itself. */
const TIMEOUTS: Readonly<Record<string, number>> = {
  "drift/drift": 30,
  "preview/check": 20,
  "preview/preview": 45,
  "rebuild/rebuild": 20,
  // The first build of everything, without a cache.
  "release/build": 120,
  "release/publish": 90,
  "release/release": 120,
  "rollback/rollback": 60,
  "rollback/versions": 20,
};

/** Contexts that others write: branch names, titles, inputs. In a script they would be commands. */
const IN_SCRIPTS = /\$\{\{/;

const JOBS = Object.entries(WORKFLOWS).flatMap(([workflow, { jobs }]) =>
  Object.entries(jobs).map(([job, of]) => [`${workflow}/${job}`, of] as const),
);
const TEXTS = [...Object.values(WORKFLOWS), ...Object.values(ACTIONS)].map(({ text }) => text);

describe("workflows", () => {
  it("are the five", () => {
    assert.deepEqual(Object.keys(WORKFLOWS), [
      "drift",
      "preview",
      "rebuild",
      "release",
      "rollback",
    ]);
    for (const [file, { name }] of Object.entries(WORKFLOWS)) assert.equal(name, file);
  });

  it("use actions of others by commit, with the version beside it", () => {
    const uses = TEXTS.flatMap((text) => text.match(/^\s*(?:- )?uses: .*$/gm) ?? []);
    assert.ok(uses.length > 15);
    for (const line of uses.filter((one) => !one.includes("uses: ./"))) {
      assert.match(line, /uses: [\w-]+\/[\w-]+(?:\/[\w-]+)*@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("use the same commit of an action everywhere", () => {
    const commits = new Map<string, string>();
    for (const { step } of allSteps()) {
      const [action = "", commit] = (step.uses ?? "").split("@");
      if (commit === undefined) continue;
      assert.equal(commits.get(action) ?? commit, commit, action);
      commits.set(action, commit);
    }
  });

  it("put no expression into a script: what others write is data, in `env`", () => {
    for (const { place, step } of allSteps()) {
      assert.doesNotMatch(step.run ?? "", IN_SCRIPTS, place);
    }
  });

  it("give each job the least that it needs, and a workflow nothing", () => {
    for (const { permissions } of Object.values(WORKFLOWS)) assert.deepEqual(permissions, {});
    assert.deepEqual(
      Object.fromEntries(JOBS.map(([name, { permissions }]) => [name, permissions])),
      {
        ...PERMISSIONS,
      },
    );
  });

  it("cut nothing off that runs", () => {
    for (const { concurrency } of Object.values(WORKFLOWS)) {
      assert.equal(concurrency?.["cancel-in-progress"], false);
    }
    for (const [name, { concurrency }] of JOBS) {
      assert.notEqual(concurrency?.["cancel-in-progress"], true, name);
    }
  });

  it("end a job that hangs", () => {
    assert.deepEqual(
      Object.fromEntries(JOBS.map(([name, job]) => [name, job["timeout-minutes"]])),
      TIMEOUTS,
    );
    const tools = readFileSync(join(CHECKOUT, ".github/scripts/install-tools.sh"), "utf8");
    assert.match(tools, /curl .*--connect-timeout \d+ --max-time \d+/);
  });

  it("fail for nothing that is said beside the work", () => {
    const step = (name: string): Step | undefined =>
      allSteps().find(({ step: one }) => one.name === name)?.step;
    assert.equal(step("Share of cached steps")?.["continue-on-error"], true);
    assert.equal(step("Findings into the Security tab")?.["continue-on-error"], true);
    // Of an unwell service, which it shows, its exit code is 1.
    assert.match(step("What runs")?.run ?? "", /bot-core status .*\|\| true/);
  });

  it("name a build stack by the stack that it is made from: others may share the backend", () => {
    const named = allSteps().flatMap(({ step }) => step.env?.["BUILD_STACK"] ?? []);
    assert.equal(named.length, 2);
    for (const name of named) assert.match(name, /^(?:build|publish)-\$\{\{ env\.STACK \}\}-/);
  });

  it("give the signing key to one step of a job, and take it away whatever happens", () => {
    for (const [name, { steps }] of JOBS) {
      const given = steps.findIndex(({ env }) => env?.["COSIGN_KEY"] !== undefined);
      if (given < 0) continue;
      assert.match(
        steps[given]?.run ?? "",
        /^\.github\/scripts\/signing-key\.sh (?:put|stand-in)$/,
      );
      const last = steps.at(-1);
      assert.equal(last?.run, ".github/scripts/signing-key.sh remove", name);
      assert.equal(last.if, "always()");
    }
    const users = allSteps().filter(({ step }) => step.env?.["COSIGN_PASSWORD"] !== undefined);
    assert.deepEqual(
      users.map(({ place }) => place),
      [
        "preview/preview: The key that would sign",
        "preview/preview: Preview",
        "release/publish: ./.github/actions/publish",
        "release/release: ./.github/actions/publish",
      ],
    );
  });

  it("let one job at a time update the stack that runs in production, and guard it", () => {
    for (const name of ["release/release", "rollback/rollback"]) {
      const job = JOBS.find(([one]) => one === name)?.[1];
      assert.equal(job?.concurrency?.group, "stack-production");
      assert.equal(job.environment, "production");
    }
  });

  it("never check out a pull request with a token or a secret of this repository", () => {
    for (const [name, { on }] of Object.entries(WORKFLOWS)) {
      assert.ok(!Object.hasOwn(on, "pull_request_target"), name);
      assert.ok(!Object.hasOwn(on, "workflow_run"), name);
    }
    for (const { place, step } of allSteps()) {
      if (step.uses?.startsWith("actions/checkout@") !== true) continue;
      assert.equal(step.with?.["persist-credentials"], false, place);
    }
    const open = WORKFLOWS["preview"]?.jobs["check"];
    assert.ok(open);
    assert.doesNotMatch(JSON.stringify(open), /secrets\.|github\.token|actions\/setup"/);
    assert.match(
      WORKFLOWS["preview"]?.jobs["preview"]?.if ?? "",
      /head\.repo\.full_name == github\.repository/,
    );
  });

  it("give secrets to the steps that need them, never to a whole job or a workflow", () => {
    for (const workflow of Object.values(WORKFLOWS)) {
      assert.doesNotMatch(JSON.stringify(workflow.env ?? {}), /secrets\./);
    }
    for (const [name, { env }] of JOBS) {
      assert.doesNotMatch(JSON.stringify(env ?? {}), /secrets\./, name);
    }
    for (const { place, step } of allSteps()) {
      const given = JSON.stringify(step.env ?? {});
      const foreign = step.uses !== undefined && !step.uses.startsWith("./");
      if (foreign) assert.doesNotMatch(given + JSON.stringify(step.with ?? {}), /secrets\./, place);
    }
  });

  it("run scripts that are there and may be run", () => {
    const named = TEXTS.flatMap((text) => text.match(/\.github\/scripts\/[\w.-]+/g) ?? []);
    assert.ok(named.length > 5);
    for (const script of new Set(named)) {
      assert.ok(existsSync(join(CHECKOUT, script)), script);
      if (!script.endsWith(".sh")) continue;
      assert.equal(statSync(join(CHECKOUT, script)).mode & 0o111, 0o111, script);
      const text = readFileSync(join(CHECKOUT, script), "utf8");
      assert.match(text, /^#!\/usr\/bin\/env bash\n/, script);
      assert.match(text, /\nset -euo pipefail\n/, script);
    }
  });

  it("keep reports for 90 days", () => {
    const uploads = allSteps().filter(
      ({ step }) => step.uses?.includes("/upload-artifact@") === true,
    );
    assert.ok(uploads.length > 0);
    for (const { step } of uploads) assert.equal(step.with?.["retention-days"], 90);
  });

  it("install tools by checksums that stand in this repository", () => {
    const lines = readFileSync(join(CHECKOUT, ".github/tools.txt"), "utf8").trim().split("\n");
    for (const line of lines.filter((one) => !one.startsWith("#"))) {
      assert.match(line, /^[a-z]+ +[0-9a-f]{64} https:\/\/github\.com\/\S+$/);
    }
  });
});
