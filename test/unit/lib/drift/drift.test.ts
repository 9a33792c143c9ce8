import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { issueOf, markerOf } from "../../../../lib/drift/issue";
import { driftOf, hasDrift } from "../../../../lib/drift/report";
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

  it("stays below GitHub's limit", () => {
    const errors = [
      { severity: "error", message: "x".repeat(70_000).replace(/(.{99})./g, "$1\n") },
    ];
    const issue = issueOf(driftOf(parsePreview(preview([], errors))), { stack: "prod" });
    assert.ok((issue?.body.length ?? 0) < 65_536);
  });
});
