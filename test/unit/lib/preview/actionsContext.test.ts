import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actionsContext } from "../../../../lib/preview/actionsContext";

describe("where a workflow's comment goes", () => {
  let folder: string;
  let event: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "event-"));
    event = join(folder, "event.json");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is told by the event of a pull request: its own head, not the merge commit", () => {
    writeFileSync(event, JSON.stringify({ pull_request: { number: 17, head: { sha: "abc" } } }));
    const context = actionsContext(
      {},
      {
        GITHUB_EVENT_PATH: event,
        GITHUB_REPOSITORY: "owner/bot-core",
        GITHUB_SHA: "merge",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_RUN_ID: "9",
        GITHUB_API_URL: "https://github.example.com/api/v3",
      },
    );
    assert.deepEqual(context, {
      repository: "owner/bot-core",
      number: 17,
      api: "https://github.example.com/api/v3",
      commit: "abc",
      runUrl: "https://github.com/owner/bot-core/actions/runs/9",
    });
  });

  it("is told by the ref where there is no event, and by the options above all", () => {
    const env = { GITHUB_REF: "refs/pull/5/merge", GITHUB_REPOSITORY: "owner/bot-core" };
    assert.equal(actionsContext({}, env).number, 5);
    const wanted = { repository: "other/place", pullRequest: "6" };
    const { repository, number, api } = actionsContext(wanted, env);
    assert.deepEqual(
      { repository, number, api },
      {
        repository: "other/place",
        number: 6,
        api: "https://api.github.com",
      },
    );
  });

  it("names all that is missing at once", () => {
    writeFileSync(event, JSON.stringify({ push: true }));
    const env = { GITHUB_EVENT_PATH: event, GITHUB_REF: "refs/heads/main" };
    assert.throws(() => actionsContext({ repository: "no slash" }, env), {
      code: "github-context",
      message:
        "no repository (no slash): give --repository OWNER/NAME\n" +
        "no pull request (none in the event): give --pull-request N",
    });
  });

  for (const pullRequest of ["0", "-1", "1.5", "x", "9e99"]) {
    it(`takes no ${pullRequest} for a pull request`, () => {
      assert.throws(() => actionsContext({ repository: "a/b", pullRequest }, {}), {
        code: "github-context",
      });
    });
  }
});
