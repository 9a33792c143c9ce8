import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type PullRequest, writeComment } from "../../../../lib/preview/githubComments";

const MARKER = "<!-- bot-core preview: dev -->";
const TOKEN = "ghs_planted-token";

interface Comment {
  readonly id: number;
  readonly html_url: string;
  body: string;
}

/** GitHub's API for one pull request's comments, as far as ours are concerned. */
class Api {
  public readonly comments: Comment[] = [];
  public readonly requests: string[] = [];
  /** Answers that come first, before the API does its work. */
  public readonly first: ((response: ServerResponse) => void)[] = [];
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response);
  });

  public async start(): Promise<PullRequest> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return { api: `http://127.0.0.1:${port}`, repository: "o/r", number: 17, token: TOKEN };
  }

  public add(body: string): Comment {
    const id = this.comments.length + 1;
    const comment = { id, html_url: `https://github.com/o/r/pull/17#${id}`, body };
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
    assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
    const special = this.first.shift();
    if (special !== undefined) {
      special(response);
      return;
    }
    const url = new URL(request.url ?? "", "http://x");
    const text = Buffer.concat(chunks).toString();
    const { body = "" } = (text === "" ? {} : JSON.parse(text)) as { body?: string };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(this.result(request.method, url, body)));
  }

  private result(method: string | undefined, url: URL, body: string): unknown {
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

  it("is written anew where the one with its marker is somebody else's", async () => {
    api.add(`${MARKER}\nforged`);
    api.first.push((response) => {
      response.end(JSON.stringify(api.comments));
    }, refuse(403));
    assert.equal((await writeComment(to, MARKER, `${MARKER}\nours`)).action, "created");
    assert.equal(api.comments[0]?.body, `${MARKER}\nforged`);
  });

  it("waits where GitHub asks for it, and goes on", async () => {
    api.first.push(refuse(429, { "retry-after": "0" }), refuse(502));
    assert.equal((await writeComment(to, MARKER, MARKER)).action, "created");
  });

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
