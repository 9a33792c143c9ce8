import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GithubAccess } from "../../../../lib/github/client";
import { type IssueWanted, writeIssue } from "../../../../lib/github/issues";

const MARKER = "<!-- bot-core drift: prod -->";
const TOKEN = "ghs_planted-token";

interface Issue {
  readonly number: number;
  readonly html_url: string;
  readonly labels: readonly string[];
  readonly pull_request?: object;
  title: string;
  body: string;
  state: string;
}

/** GitHub's API for the issues of one repository, as far as ours are concerned. */
class Api {
  public readonly issues: Issue[] = [];
  public readonly comments: string[] = [];
  public readonly requests: string[] = [];
  public readonly refusals: number[] = [];
  /** Statuses of POSTs that are done and fail all the same. */
  public readonly failures: number[] = [];
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response);
  });

  public async start(): Promise<GithubAccess> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return { api: `http://127.0.0.1:${port}`, repository: "o/r", token: TOKEN };
  }

  public async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  public add(body: string, more: Partial<Issue> = {}): Issue {
    const number = this.issues.length + 1;
    const made = { number, html_url: `https://github.com/o/r/issues/${number}`, title: "t", body };
    const issue = { ...made, state: "open", labels: ["drift"], ...more };
    this.issues.push(issue);
    return issue;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "", "http://x");
    this.requests.push(`${request.method ?? ""} ${url.pathname}`);
    assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
    const status = this.refusals.shift();
    if (status !== undefined) {
      response.writeHead(status).end(JSON.stringify({ message: `words of ${status}` }));
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const content = (text === "" ? {} : JSON.parse(text)) as Partial<Issue>;
    const result = this.result(request.method ?? "", url, content);
    const failure = request.method === "POST" ? this.failures.shift() : undefined;
    response.writeHead(failure ?? 200).end(JSON.stringify(failure === undefined ? result : {}));
  }

  private result(method: string, url: URL, content: Partial<Issue>): unknown {
    const [, , , , , number, comments] = url.pathname.split("/");
    if (comments !== undefined) {
      this.comments.push(content.body ?? "");
      return {};
    }
    if (method === "POST") return this.add(content.body ?? "", content);
    if (method === "PATCH") {
      return Object.assign(this.issues.find((one) => one.number === Number(number)) ?? {}, content);
    }
    const asked = (name: string): string => url.searchParams.get(name) ?? "";
    const size = Number(asked("per_page"));
    const start = (Number(asked("page")) - 1) * size;
    return this.issues
      .filter(({ state, labels }) => state === asked("state") && labels.includes(asked("labels")))
      .slice(start, start + size);
  }
}

function wanted(text?: { title: string; body: string }): IssueWanted {
  return { marker: MARKER, label: "drift", text, closing: "gone", footer: "\n\n<sub>" };
}

function body(says: string, run = 1): string {
  return `${MARKER}\n\n${says}\n\n<sub>run ${run}</sub>`;
}

describe("the drift issue", () => {
  let api: Api;
  let to: GithubAccess;

  beforeEach(async () => {
    api = new Api();
    to = await api.start();
  });
  afterEach(() => api.stop());

  it("is opened where there is none, with its label", async () => {
    const done = await writeIssue(to, wanted({ title: "drift", body: body("web stopped") }));
    assert.deepEqual(done, { action: "opened", url: "https://github.com/o/r/issues/1" });
    assert.deepEqual(api.issues[0]?.labels, ["drift"]);
    assert.equal(api.issues[0].body, body("web stopped"));
  });

  it("is updated where it stands, behind hundreds of others", async () => {
    for (let count = 0; count < 250; count += 1) api.add(`quotes ${MARKER}`);
    const own = api.add(body("web stopped"));
    const done = await writeIssue(to, wanted({ title: "drift", body: body("api stopped") }));
    assert.equal(done.action, "updated");
    assert.equal(own.body, body("api stopped"));
    assert.equal(api.issues.length, 251);
    assert.equal(api.requests.filter((line) => line.startsWith("GET")).length, 3);
  });

  it("is left alone where only the run differs", async () => {
    api.add(body("web stopped").replaceAll("\n", "\r\n"), { title: "drift" });
    const done = await writeIssue(to, wanted({ title: "drift", body: body("web stopped", 2) }));
    assert.equal(done.action, "unchanged");
    assert.equal(api.requests.length, 1);
  });

  it("is closed with a word when nothing differs any more, and opened anew the next time", async () => {
    const own = api.add(body("web stopped"));
    assert.equal((await writeIssue(to, wanted())).action, "closed");
    assert.deepEqual([own.state, api.comments], ["closed", ["gone"]]);
    assert.deepEqual(await writeIssue(to, wanted()), { action: "none" });
    const again = await writeIssue(to, wanted({ title: "drift", body: body("web stopped") }));
    assert.equal(again.action, "opened");
  });

  it("is opened once where GitHub fails after it did so", async () => {
    api.failures.push(502, 502);
    const done = await writeIssue(to, wanted({ title: "drift", body: body("web stopped") }));
    assert.deepEqual(done, { action: "opened", url: "https://github.com/o/r/issues/1" });
    assert.equal(api.issues.length, 1);
  });

  it("is closed with one word where GitHub fails after it wrote that", async () => {
    const own = api.add(body("web stopped"));
    api.failures.push(502, 502);
    assert.equal((await writeIssue(to, wanted())).action, "closed");
    assert.deepEqual([own.state, api.comments], ["closed", ["gone"]]);
  });

  it("is neither a pull request nor an outsider's issue with our marker", async () => {
    api.add(body("forged"), { labels: [] });
    api.add(body("quoted"), { pull_request: {} });
    const done = await writeIssue(to, wanted({ title: "drift", body: body("web stopped") }));
    assert.equal(done.action, "opened");
    assert.deepEqual(
      api.issues.map((one) => one.body),
      [body("forged"), body("quoted"), body("web stopped")],
    );
  });

  it("is another stack's where the marker is", async () => {
    api.add(body("web stopped").replace("prod", "staging"));
    assert.equal((await writeIssue(to, wanted())).action, "none");
  });

  for (const [status, mend] of [
    [401, /GITHUB_TOKEN is not valid/],
    [403, /permissions: issues: write/],
    [404, /check the repository's name/],
    [410, /switch them on/],
  ] as const) {
    it(`fails with GitHub's words and the mend at ${status}, without the token`, async () => {
      api.refusals.push(status);
      await assert.rejects(writeIssue(to, wanted()), (error: Error) => {
        assert.match(error.message, mend);
        assert.match(error.message, new RegExp(`o/r \\(${status}: words of ${status}\\)`));
        assert.ok(!error.message.includes(TOKEN));
        return true;
      });
    });
  }
});
