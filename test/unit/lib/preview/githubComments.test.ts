import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type PullRequest, writeComment } from "../../../../lib/preview/githubComments";

const MARKER = "<!-- bot-core preview: dev -->";
const TOKEN = "ghs_planted-token";

interface User {
  readonly login: string;
  readonly type: string;
}

interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly user: User | null;
  body: string;
}

const OURS: User = { login: "github-actions[bot]", type: "Bot" };
const PERSON: User = { login: "octocat", type: "User" };
const OTHER_APP: User = { login: "other-app[bot]", type: "Bot" };

/** GitHub's API for one pull request's comments, as far as ours are concerned. */
class Api {
  public readonly comments: Comment[] = [];
  public readonly requests: string[] = [];
  /** Answers that come first, before the API does its work. */
  public readonly first: ((response: ServerResponse) => void)[] = [];
  /** Whose token it is. */
  public me: User = OURS;
  /** GitHub lets a token that may write change everybody's comments, but for these. */
  public readonly closed = new Set<string>([OTHER_APP.login]);
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response);
  });

  public async start(): Promise<PullRequest> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return { api: `http://127.0.0.1:${port}`, repository: "o/r", number: 17, token: TOKEN };
  }

  public add(body: string, user: User | null = this.me): Comment {
    const id = this.comments.length + 1;
    const comment = { id, html_url: `https://github.com/o/r/pull/17#${id}`, user, body };
    this.comments.push(comment);
    return comment;
  }

  public async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    assert.match(request.headers.authorization ?? "", /^Bearer gh[sp]_planted-token$/);
    const special = this.first.shift();
    if (special !== undefined) {
      special(response);
      return;
    }
    const url = new URL(request.url ?? "", "http://x");
    const text = Buffer.concat(chunks).toString();
    const { body = "" } = (text === "" ? {} : JSON.parse(text)) as { body?: string };
    response.setHeader("content-type", "application/json");
    const patched = this.comments.find(({ id }) => url.pathname.endsWith(`/comments/${id}`));
    const refused =
      url.pathname === "/user"
        ? this.me.type === "Bot"
        : request.method === "PATCH" && this.closed.has(patched?.user?.login ?? "");
    if (refused) refuse(403)(response);
    else response.end(JSON.stringify(this.result(request.method, url, body)));
  }

  private result(method: string | undefined, url: URL, body: string): unknown {
    if (url.pathname === "/user") return this.me;
    if (method === "POST") return this.add(body);
    if (method === "PATCH") {
      const found = this.comments.find(({ id }) => id === Number(url.pathname.split("/").at(-1)));
      return Object.assign(found ?? {}, { body });
    }
    const [page, size] = ["page", "per_page"].map((name) => Number(url.searchParams.get(name)));
    const start = ((page ?? 1) - 1) * (size ?? 30);
    return this.comments.slice(start, start + (size ?? 30));
  }
}

function refuse(status: number, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ message: `words of ${status}` }));
  };
}

describe("the pull request's comment", () => {
  let api: Api;
  let to: PullRequest;

  beforeEach(async () => {
    api = new Api();
    to = await api.start();
  });
  afterEach(() => api.stop());

  it("is written where there is none", async () => {
    api.add("somebody's own words");
    const { action, url } = await writeComment(to, MARKER, `${MARKER}\none`);
    assert.equal(action, "created");
    assert.equal(url, "https://github.com/o/r/pull/17#2");
    assert.equal(api.comments[1]?.body, `${MARKER}\none`);
  });

  it("is updated where it stands, behind hundreds of others", async () => {
    for (let count = 0; count < 250; count += 1) api.add(`quotes ${MARKER}`);
    const own = api.add(`${MARKER}\none`);
    const { action } = await writeComment(to, MARKER, `${MARKER}\ntwo`);
    assert.equal(action, "updated");
    assert.equal(own.body, `${MARKER}\ntwo`);
    assert.equal(api.comments.length, 251);
    assert.equal(api.requests.filter((line) => line.startsWith("GET")).length, 3);
  });

  it("is left alone where it says the same", async () => {
    api.add(`${MARKER}\r\none`);
    assert.equal((await writeComment(to, MARKER, `${MARKER}\none`)).action, "unchanged");
    assert.deepEqual(api.requests.length, 1);
  });

  const runs = async (): Promise<string[]> => {
    const done = [];
    for (const run of [1, 2, 3]) done.push(await writeComment(to, MARKER, `${MARKER}\nrun ${run}`));
    return done.map(({ action }) => action);
  };
  for (const [whose, author] of [
    ["a person's", PERSON],
    ["another app's", OTHER_APP],
    ["nobody's any more", null],
  ] as const) {
    it(`is one, run after run, behind a comment with its marker that is ${whose}`, async () => {
      const foreign = api.add(`${MARKER}\nforged`, author);
      assert.deepEqual(await runs(), ["created", "updated", "updated"]);
      assert.equal(foreign.body, `${MARKER}\nforged`);
      assert.deepEqual(api.comments[1]?.body, `${MARKER}\nrun 3`);
      assert.equal(api.comments.length, 2);
    });
  }

  it("is one, run after run, where the server names no authors", async () => {
    const unnamed = (response: ServerResponse): void => {
      const comments = api.comments.map(({ id, html_url, body }) => ({ id, html_url, body }));
      response.end(JSON.stringify(comments));
    };
    api.first.push(unnamed);
    assert.equal((await writeComment(to, MARKER, `${MARKER}\none`)).action, "created");
    api.first.push(unnamed);
    assert.equal((await writeComment(to, MARKER, `${MARKER}\ntwo`)).action, "updated");
  });

  it("is a person's own where the token is a person's, and no workflow's", async () => {
    api.me = PERSON;
    to = { ...to, token: "ghp_planted-token" };
    const foreign = api.add(`${MARKER}\nthe workflow's`, OURS);
    assert.deepEqual(await runs(), ["created", "updated", "updated"]);
    assert.equal(foreign.body, `${MARKER}\nthe workflow's`);
    assert.equal(api.comments.length, 2);
  });

  it("is an app's where the token looks like none and may not ask who it is", async () => {
    to = { ...to, token: "ghp_planted-token" };
    assert.deepEqual(await runs(), ["created", "updated", "updated"]);
    assert.ok(api.requests.includes("GET /user"));
  });

  it("is written once where GitHub fails after it wrote", async () => {
    const nothing = (response: ServerResponse): void => void response.end("[]");
    api.first.push(nothing, (response) => {
      api.add(`${MARKER}\none`);
      refuse(502)(response);
    });
    const { action, url } = await writeComment(to, MARKER, `${MARKER}\none`);
    assert.deepEqual([action, url], ["created", "https://github.com/o/r/pull/17#1"]);
    assert.equal(api.comments.length, 1);
  });

  it("is written at a later attempt where GitHub fails and wrote nothing", async () => {
    const nothing = (response: ServerResponse): void => void response.end("[]");
    api.first.push(nothing, refuse(502));
    assert.equal((await writeComment(to, MARKER, MARKER)).action, "created");
    assert.equal(api.comments.length, 1);
  });

  it("waits where GitHub asks for it, and goes on", async () => {
    api.first.push(refuse(429, { "retry-after": "0" }), refuse(502));
    assert.equal((await writeComment(to, MARKER, MARKER)).action, "created");
  });

  it("waits for the end of a limit that is near", async () => {
    const reset = Math.ceil(Date.now() / 1000) + 1;
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${reset}` };
    api.first.push(refuse(403, headers));
    assert.equal((await writeComment(to, MARKER, MARKER)).action, "created");
    assert.ok(Date.now() >= reset * 1000);
  });

  for (const [what, headers] of [
    ["the limit's end", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800" }],
    ["the wait that is asked for", { "retry-after": "86400" }],
  ] as const) {
    it(`fails at once, and says when to run again, where ${what} is far`, async () => {
      api.first.push(refuse(403, headers));
      await assert.rejects(writeComment(to, MARKER, MARKER), (error: Error) => {
        assert.match(
          error.message,
          /\(403: words of 403\); run again after \d{4}-\d\d-\d\dT[\d:]+Z$/,
        );
        assert.doesNotMatch(error.message, /permissions/);
        return true;
      });
      assert.equal(api.requests.length, 1);
    });
  }

  for (const [status, mend] of [
    [401, /GITHUB_TOKEN is not valid/],
    [403, /permissions: pull-requests: write/],
    [404, /check repository and pull request/],
  ] as const) {
    it(`fails with GitHub's words and the mend at ${status}, without the token`, async () => {
      api.first.push(refuse(status));
      await assert.rejects(writeComment(to, MARKER, MARKER), (error: Error) => {
        assert.match(error.message, mend);
        assert.match(error.message, new RegExp(`o/r#17 \\(${status}: words of ${status}\\)`));
        assert.ok(!error.message.includes(TOKEN));
        return true;
      });
    });
  }

  it("sends the token to no address but an https one or loopback", async () => {
    await assert.rejects(writeComment({ ...to, api: "http://example.com" }, MARKER, MARKER), {
      code: "github-address",
    });
  });

  it("follows no redirect with the token", async () => {
    api.first.push((response) => {
      response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
    });
    await assert.rejects(writeComment(to, MARKER, MARKER), { code: "github-unreachable" });
    assert.equal(api.requests.length, 1);
  });
});
