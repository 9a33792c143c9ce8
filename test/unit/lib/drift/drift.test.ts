import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { issueOf, markerOf } from "../../../../lib/drift/issue";
import { driftOf, hasDrift, isWhole } from "../../../../lib/drift/report";
import { UNSEEN } from "../../../../lib/drift/unseen";
import { parsePreview } from "../../../../lib/preview/preview";

const PREVIEWS = join(__dirname, "../../../fixtures/previews");
const NOTHING = parsePreview("{}");

function recorded(name: string): ReturnType<typeof parsePreview> {
  return parsePreview(readFileSync(join(PREVIEWS, `${name}.json`), "utf8"));
}

function preview(steps: readonly object[], diagnostics: readonly object[] = []): string {
  return JSON.stringify({ steps, diagnostics });
}

function step(op: string, type: string, name: string, states: object = {}): object {
  return { op, urn: `urn:pulumi:prod::bot-core::${type}::${name}`, ...states };
}

function state(type: string, outputs: object): object {
  return { type, inputs: {}, outputs };
}

const HOST = "botcore:index:ComposeHost";
const STACK = "pulumi:pulumi:Stack";

describe("driftOf", () => {
  it("is none where a preview changes nothing", () => {
    const report = driftOf(recorded("unchanged"));
    assert.equal(hasDrift(report), false);
    assert.equal(issueOf(report, { stack: "prod" }), undefined);
  });

  it("names the services that an update of the deployed version would touch", () => {
    const report = driftOf(recorded("rollback"));
    assert.ok(report.services.length > 0);
    assert.ok(report.services.every(({ action }) => action !== "keep"));
    assert.equal(hasDrift(report), true);
  });

  it("takes image resources that leave the state for no change", () => {
    const types = [
      "docker:index/image:Image",
      "botcore:index:ImageIndex",
      "botcore:index:ImageTags",
    ];
    const steps = types.map((type) => step("delete", type, "web", { oldState: state(type, {}) }));
    assert.equal(hasDrift(driftOf(parsePreview(preview(steps)))), false);
  });

  it("names what a refresh finds changed or gone, by its properties", () => {
    const refreshed = preview([
      step("refresh", "aws:ecr/repository:Repository", "web", {
        oldState: state("aws:ecr/repository:Repository", { name: "web", tags: {} }),
        newState: state("aws:ecr/repository:Repository", { name: "web", tags: { a: "b" } }),
      }),
      step("refresh", HOST, "host", {
        oldState: state(HOST, { a: 1 }),
        newState: state(HOST, { a: 1 }),
      }),
      step("delete", "aws:iam/role:Role", "pull", { oldState: state("aws:iam/role:Role", {}) }),
    ]);
    assert.deepEqual(driftOf(NOTHING, parsePreview(refreshed)).changed, [
      { type: "aws:ecr/repository:Repository", name: "web", gone: false, properties: ["tags"] },
      { type: "aws:iam/role:Role", name: "pull", gone: true, properties: [] },
    ]);
  });

  it("is a failed check where either of both fails, and no claim that all is well", () => {
    const failed = preview([], [{ severity: "error", message: "the backend is away" }]);
    for (const report of [driftOf(parsePreview(failed)), driftOf(NOTHING, parsePreview(failed))]) {
      const issue = issueOf(report, { stack: "prod" });
      assert.equal(issue?.title, "Drift check of prod failed");
      assert.match(issue.body, /the backend is away/);
    }
  });
});

function said(severity: string, type: string, message: string): object {
  return { urn: `urn:pulumi:prod::bot-core::${type}::x`, severity, message };
}

describe("a check that did not see everything", () => {
  const unchanged = [step("same", HOST, "host", { oldState: state(HOST, {}) })];
  const away = "ssh://h cannot be reached; the plan is made from state";
  const unseen: [string, string][] = [
    [HOST, away],
    ["botcore:index:ImageTags", "r/web:v1 was not looked at: r cannot be reached"],
    ["botcore:index:RegistryAccess", "registry: r cannot be reached"],
    [STACK, "r cannot be reached; this preview goes on as if nothing were published"],
  ];
  for (const [type, message] of unseen) {
    it(`is no claim that all is well: ${message}`, () => {
      const warned = parsePreview(preview(unchanged, [said("warning", type, message)]));
      const fine = parsePreview(preview(unchanged));
      for (const report of [driftOf(warned), driftOf(fine, warned)]) {
        assert.deepEqual([hasDrift(report), isWhole(report)], [false, false]);
        assert.deepEqual(report.unseen, [message]);
        const issue = issueOf(report, { stack: "prod" });
        assert.equal(issue?.title, "Drift check of prod did not see everything");
        assert.ok(issue.body.includes(`This was not seen:\n\n- ${message}`), issue.body);
        assert.match(issue.body, /run the check again: this issue stays open/);
        assert.equal(/npx bot-core doctor --stack prod/.test(issue.body), type === HOST);
      }
    });
  }

  it("is one whose preview names nothing at all", () => {
    assert.equal(isWhole(driftOf(NOTHING)), false);
    assert.match(issueOf(driftOf(NOTHING), { stack: "prod" })?.body ?? "", /nothing was compared/);
  });

  it("is none where a warning is about something else", () => {
    const warning = said("warning", STACK, "compose.yml:3: `deploy.placement` does nothing here");
    assert.equal(isWhole(driftOf(parsePreview(preview(unchanged, [warning])))), true);
  });

  it("names the differences that it did see, and what to do about both", () => {
    const steps = [...unchanged, step("update", "x:y:Z", "z")];
    const warned = parsePreview(preview(steps, [said("warning", HOST, away)]));
    const issue = issueOf(driftOf(warned), { stack: "prod" });
    assert.equal(issue?.title, "prod differs from what was deployed");
    assert.match(issue.body, /This was not seen:[^]*bot-core doctor[^]*`pulumi up --stack prod`/);
  });

  it("says what to do where a refresh cannot reach the host", () => {
    const failed = parsePreview(preview([], [said("error", HOST, "ssh://h cannot be reached")]));
    const issue = issueOf(driftOf(parsePreview(preview(unchanged)), failed), { stack: "prod" });
    assert.equal(issue?.title, "Drift check of prod failed");
    assert.match(issue.body, /ssh:\/\/h cannot be reached[^]*npx bot-core doctor --stack prod/);
    assert.match(issue.body, /DEPLOY_SSH_KEY/);
  });

  for (const [source, words] of Object.entries(UNSEEN)) {
    it(`is known by the words that ${source} says`, () => {
      const text = readFileSync(join(__dirname, "../../../..", source), "utf8");
      assert.ok(text.includes(words));
    });
  }
});

describe("the drift issue's text", () => {
  const report = driftOf(recorded("rollback"));

  it("begins with the stack's marker, and ends with the run", () => {
    const issue = issueOf(report, { stack: "prod", commit: "a".repeat(40), runUrl: "https://x/1" });
    assert.equal(issue?.body.split("\n")[0], markerOf("prod"));
    assert.match(issue.body, /<sub>commit aaaaaaaaaaaa · \[run\]\(https:\/\/x\/1\)<\/sub>$/);
    assert.match(issue.body, /\| Service \| Runs \| Would be \| Why \|/);
  });

  it("mentions nobody and opens no markup, whatever a resource is called", () => {
    const steps = [step("update", "x:y:Z", "`|@octocat <b>"), step("create", "x:y:Z", "-->")];
    const { body = "" } = issueOf(driftOf(parsePreview(preview(steps))), { stack: "-->" }) ?? {};
    assert.doesNotMatch(body.replace(/`[^`]*`/g, ""), /@octocat|<b>/);
    assert.equal(body.split("\n")[0], "<!-- bot-core drift: - -->");
  });

  for (const [what, message] of [
    ["lines", "x".repeat(70_000).replace(/(.{99})./g, "$1\n")],
    ["one line", "word ".repeat(14_000)],
  ] as const) {
    it(`stays below GitHub's limit, and keeps all but an error's end: ${what}`, () => {
      const steps = Array.from({ length: 500 }, (_, at) => step("create", "a:b:C", `n${at}`));
      const errors = [{ severity: "error", message }];
      const options = { stack: "prod", commit: "abc", runUrl: "https://x/1" };
      const { body = "" } = issueOf(driftOf(parsePreview(preview(steps, errors))), options) ?? {};
      assert.ok(body.length < 60_000, `${body.length}`);
      assert.equal(body.match(/^```$/gm)?.length, 2);
      assert.match(body, /^…cut\n```$/m);
      assert.match(body, /^- create `a:b:C` `n0`$/m);
      assert.match(body, /^- …and \d+ more$/m);
      assert.match(body, /Mend what the messages name[^]*\[run\]\(https:\/\/x\/1\)<\/sub>$/);
    });
  }

  it("shows what the host says to its end, where it says what to do", () => {
    const note = `${"because it is so ".repeat(20)}and so do this`;
    const steps = [step("update", "x:y:Z", "z")];
    const messages = [said("info", HOST, note)];
    const { body = "" } =
      issueOf(driftOf(parsePreview(preview(steps, messages))), { stack: "p" }) ?? {};
    assert.match(body, /^- because .* and so do this$/m);
  });
});
