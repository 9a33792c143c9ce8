import assert from "node:assert/strict";
import { type RanScript, runScript } from "./scripts";

describe("the script that previews a pull request", function () {
  this.timeout(60_000);

  const COMMIT = "git -c user.name=a -c user.email=a@example.com commit -q -a -m";
  const stack = (version: string, drain: number): string =>
    `config:\n  bot-core:version: ${version}\n  bot-core:rollout: {drainSeconds: ${drain}}\n`;

  /** @param change what the pull request changes @param meanwhile what its base does meanwhile */
  const preview = (
    change: string,
    meanwhile = "true",
    pulumi = `case "$*" in *--json*) echo '{"steps":[]}' ;; *--diff*) echo '+ image' ;; esac`,
  ): Promise<RanScript> =>
    runScript("preview.sh", [], {
      programs: { pulumi },
      files: { "Pulumi.prod.yaml": stack("v1", 30), source: "one\n", "old.yaml": stack("v0", 30) },
      env: { NUMBER: "17" },
      before: `git init -q -b main; git add -A; ${COMMIT} first
git switch -q -c change; ${change}; ${COMMIT} change
git switch -q main; ${meanwhile}
git -c user.name=a -c user.email=a@example.com merge -q --no-ff -m merge change`,
    });
  const drain = "sed -i s/30/10/ Pulumi.prod.yaml; echo two >source";

  it("makes a version of its own where settings change, and the version does not", async () => {
    const { code, output, calls, file } = await preview(drain);
    assert.equal(code, 0, output);
    assert.deepEqual(calls, [
      "pulumi config set version pr-17 --stack prod",
      "pulumi preview --stack prod --json --non-interactive",
      "pulumi preview --stack prod --diff --non-interactive --color never",
    ]);
    assert.equal(file("preview.diff"), "+ image\n");
  });

  it("also where the base has another version by now", async () => {
    const released = `sed -i s/v1/v2/ Pulumi.prod.yaml; ${COMMIT} release`;
    const { code, output, calls } = await preview("echo two >source", released);
    assert.equal(code, 0, output);
    assert.equal(calls[0], "pulumi config set version pr-17 --stack prod");
  });

  it("shows a version that the pull request sets", async () => {
    const { calls } = await preview("cp old.yaml Pulumi.prod.yaml");
    assert.equal(calls[0], "pulumi preview --stack prod --json --non-interactive");
  });

  it("leaves a preview that failed to the comment, and fails where there is none", async () => {
    const failed = await preview(
      drain,
      "true",
      `case "$1" in preview) echo '{}'; exit 255 ;; esac`,
    );
    assert.equal(failed.code, 0, failed.output);
    assert.equal(failed.file("preview.diff"), "");
    assert.equal(failed.calls.length, 2);
    const none = await preview(drain, "true", `case "$1" in preview) exit 255 ;; esac`);
    assert.equal(none.code, 1);
    assert.equal(none.file("preview.json"), undefined);
  });

  it("has no diff where that alone fails", async () => {
    const program = `case "$*" in *--json*) echo '{}' ;; *--diff*) exit 255 ;; esac`;
    const { code, output, file } = await preview(drain, "true", program);
    assert.equal(code, 0, output);
    assert.match(output, /^::warning::/m);
    assert.equal(file("preview.diff"), "");
  });
});

describe("the script that checks the Compose files", function () {
  this.timeout(60_000);

  const check = (files: Readonly<Record<string, string>>): Promise<RanScript> =>
    runScript("compose-check.sh", [], { programs: { docker: "true" }, files });

  it("takes those of the stack, else the default one", async () => {
    const named = "config:\n  bot-core:composeFiles: [compose.yml, compose/prod.yml]\n";
    for (const [files, asked] of [
      [{ "Pulumi.prod.yaml": named }, "--file compose.yml --file compose/prod.yml"],
      [{ "Pulumi.prod.yaml": "config: {}\n" }, "--file docker-compose.prod.yml"],
      [{}, "--file docker-compose.prod.yml"],
    ] as const) {
      const { code, output, calls } = await check(files);
      assert.equal(code, 0, output);
      assert.deepEqual(calls, [`docker compose --project-directory . ${asked} config --quiet`]);
    }
  });
});

describe("the script that looks for drift", function () {
  this.timeout(60_000);

  const OUTPUT = `"stack output") echo '{"version":"v1"}' ;;`;
  const drift = (cases: string): Promise<RanScript> =>
    runScript("drift.sh", [], {
      programs: { pulumi: `case "$1 $2" in ${cases} *) ;; esac` },
    });

  it("leaves what the comparison says to the issue, also where it failed", async () => {
    const ran = await drift(
      `${OUTPUT} "refresh "*) echo '{"r":1}' ;; "preview "*) echo '{}'; exit 255 ;;`,
    );
    assert.equal(ran.code, 0, ran.output);
    assert.match(ran.output, /the preview failed; the issue says why/);
    assert.equal(ran.file("refresh.json"), '{"r":1}\n');
    assert.equal(ran.summary, "");
    assert.ok(ran.calls.includes("pulumi config set version v1 --stack prod"));
  });

  for (const [what, cases, title] of [
    [
      "refresh",
      `${OUTPUT} "refresh "*) echo 'error: no login' >&2; exit 255 ;;`,
      "The refresh of `prod` failed",
    ],
    [
      "state",
      `"stack output") echo 'error: no login' >&2; exit 255 ;;`,
      "What is deployed by `prod` is not known",
    ],
  ] as const) {
    it(`says in the summary why there is no ${what} to compare with`, async () => {
      const ran = await drift(cases);
      assert.equal(ran.code, 1);
      assert.equal(ran.summary, `### ${title}\n\n\`\`\`text\nerror: no login\n\n\`\`\`\n`);
      assert.doesNotMatch(ran.output, /the issue says why/);
    });
  }
});

describe("the script that moves bases", function () {
  this.timeout(60_000);

  const rebuild = (npx: string): Promise<RanScript> =>
    runScript("rebuild.sh", [], {
      programs: { npx, gh: "true" },
      files: { Dockerfile: "FROM debian\n" },
      env: { GH_TOKEN: "t", SERVER: "file:///nowhere", REPOSITORY: "acme/shop", BASE: "main" },
      before:
        "git init -q -b main; git add -A; git -c user.name=a -c user.email=a@example.com commit -q -m one",
    });

  it("goes on without a base that could not be asked, and says so", async () => {
    const ran = await rebuild(
      `echo 'debian could not be asked' >&2; echo '{"bases":[{"kind":"failed"},{"kind":"current"}]}'; exit 1`,
    );
    assert.equal(ran.code, 0, ran.output);
    assert.match(ran.output, /::warning::a base could not be asked\nno base is newer/);
  });

  for (const [what, answer] of [
    ["fails where it could do nothing", ""],
    ["fails where no base could be asked", '{"bases":[{"kind":"failed"}]}'],
  ] as const) {
    it(what, async () => {
      const ran = await rebuild(`echo 'no answer' >&2; echo '${answer}'; exit 1`);
      assert.equal(ran.code, 1);
      assert.match(ran.output, /^::error::no base could be asked: no answer$/m);
    });
  }
});
