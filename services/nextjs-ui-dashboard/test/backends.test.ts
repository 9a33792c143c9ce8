import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { backendUrl, passOn, versionOf } from "../lib/backends";
import { withServer } from "./helpers";

const NOBODY = "http://127.0.0.1:1";

describe("backends", () => {
  afterEach(() => {
    delete process.env["ENGINE_URL"];
    delete process.env["AI_URL"];
  });

  it("have the services' names as their default addresses", () => {
    assert.equal(backendUrl("engine", "/x").href, "http://rust-core-engine:8080/x");
    process.env["AI_URL"] = "";
    assert.equal(backendUrl("ai", "/x").href, "http://python-ai-service:8000/x");
    process.env["AI_URL"] = "http://ai.example:1";
    assert.equal(backendUrl("ai", "/x").href, "http://ai.example:1/x");
  });

  it("get the named parameters only, and their status and body come back", async () => {
    const seen: string[] = [];
    await withServer(
      (request, response) => {
        seen.push(request.url ?? "");
        response.writeHead(404).end(JSON.stringify({ error: "unknown symbol" }));
      },
      async (address) => {
        process.env["ENGINE_URL"] = address;
        const query = new URLSearchParams({ symbol: "A&B", other: "secret" });
        const answer = await passOn("engine", "/history", query, ["symbol", "points"]);
        assert.equal(answer.status, 404);
        assert.deepEqual(await answer.json(), { error: "unknown symbol" });
        assert.equal(answer.headers.get("cache-control"), "no-store");
      },
    );
    assert.deepEqual(seen, ["/history?symbol=A%26B"]);
  });

  it("that do not answer, or not in JSON, become a 503 with a reason", async () => {
    process.env["AI_URL"] = NOBODY;
    const refused = await passOn("ai", "/predict", new URLSearchParams(), []);
    assert.equal(refused.status, 503);
    assert.deepEqual(await refused.json(), { error: "The AI service does not answer" });
    await withServer(
      (_, response) => response.end("<html>"),
      async (address) => {
        process.env["AI_URL"] = address;
        const broken = await passOn("ai", "/predict", new URLSearchParams(), []);
        assert.equal(broken.status, 503);
      },
    );
  });

  it("say their version, or null", async () => {
    process.env["ENGINE_URL"] = NOBODY;
    assert.equal(await versionOf("engine", "/version"), null);
    const answers = [
      { status: 200, body: { version: "1.2.3", instance: "abc" } },
      { status: 200, body: { version: "1.2.3" } },
      { status: 200, body: { version: 1 } },
      { status: 500, body: { version: "1.2.3" } },
    ];
    const expected = [
      { version: "1.2.3", instance: "abc" },
      { version: "1.2.3", instance: "" },
      null,
      null,
    ];
    for (const [index, { status, body }] of answers.entries()) {
      await withServer(
        (_, response) => response.writeHead(status).end(JSON.stringify(body)),
        async (address) => {
          process.env["ENGINE_URL"] = address;
          assert.deepEqual(await versionOf("engine", "/version"), expected[index]);
        },
      );
    }
  });
});
