import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { askTokenAge, type AskOptions } from "../../../../../lib/registries/tokenAge/ask";

const NOW = new Date("2026-11-23T12:00:00Z");
const origin = "a test";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

describe("askTokenAge", () => {
  let server: Server;
  let answer: Answer;
  let options: AskOptions;
  let asked: string[];

  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
        answer(request, response, body);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const api = `http://127.0.0.1:${port.toString()}`;
    const { signal } = new AbortController();
    options = { now: NOW, signal, githubApi: api, hubApi: api };
  });

  beforeEach(() => {
    asked = [];
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const github = { username: "octocat", password: "ghp_secret", origin };
  const hub = { username: "acme", password: "dckr_pat_secret", origin };

  it("asks GitHub by the token itself", async () => {
    answer = (request, response) => {
      assert.equal(request.headers.authorization, "Bearer ghp_secret");
      response.setHeader("GitHub-Authentication-Token-Expiration", "2026-12-23 12:00:00 UTC");
      response.setHeader("X-OAuth-Scopes", "read:packages");
      response.end("{}");
    };
    const report = await askTokenAge("ghcr.io", github, "pull", options);
    assert.deepEqual(report, { level: "ok", detail: "the token ends on 2026-12-23, in 30 days" });
    assert.deepEqual(asked, ["GET /rate_limit"]);
  });

  it("logs in to Docker Hub and lists its tokens", async () => {
    answer = (request, response, body) => {
      if (request.method === "POST") {
        assert.deepEqual(JSON.parse(body), { identifier: "acme", secret: "dckr_pat_secret" });
        response.end('{"access_token":"short"}');
        return;
      }
      assert.equal(request.headers.authorization, "Bearer short");
      const results = [
        {
          token_label: "ci",
          is_active: true,
          created_at: "2026-07-01T12:00:00.000000Z",
          expires_at: null,
        },
      ];
      response.end(JSON.stringify({ count: 1, results }));
    };
    const report = await askTokenAge("docker.io", hub, "push", options);
    assert.equal(report.detail, "access tokens older than 90 days: “ci” (145 days)");
    assert.deepEqual(asked, ["POST /v2/auth/token", "GET /v2/access-tokens?page_size=100"]);
  });

  it("says so where Docker Hub does not let the token list them", async () => {
    answer = (request, response) => {
      response.statusCode = request.method === "POST" ? 200 : 403;
      response.end('{"access_token":"short"}');
    };
    const report = await askTokenAge("docker.io", hub, "push", options);
    assert.equal(report.detail, "Docker Hub does not tell this token how old it is");
  });

  it("says so where GitHub refuses the token", async () => {
    answer = (_request, response) => {
      response.statusCode = 401;
      response.end("{}");
    };
    const report = await askTokenAge("ghcr.io", github, "push", options);
    assert.equal(report.detail, "GitHub tells nothing of it (401)");
  });

  it("follows no redirect with a token", async () => {
    answer = (_request, response) => {
      response.writeHead(302, { location: "/elsewhere" }).end();
    };
    await assert.rejects(askTokenAge("ghcr.io", github, "push", options));
    assert.deepEqual(asked, ["GET /rate_limit"]);
  });

  it("asks nobody about another registry, nor about an organisation's token", async () => {
    const other = await askTokenAge("r.example.com", github, "push", options);
    assert.equal(other.detail, "r.example.com does not tell how old its secrets are");
    await askTokenAge("docker.io", { ...hub, password: "dckr_oat_x" }, "push", options);
    assert.deepEqual(asked, []);
  });
});
