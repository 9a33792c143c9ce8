import assert from "node:assert/strict";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../../dev/tokenServer/access";
import { createSigningIdentity } from "../../../../dev/tokenServer/certificate";
import { startTokenServer } from "../../../../dev/tokenServer/server";
import type { TokenServer } from "../../../../dev/tokenServer/server";

const SERVICE = "localhost:5999";

function basic(user: string, password: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function accessOf(body: unknown): unknown {
  const { token } = body as { token: string };
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return (JSON.parse(claims) as { access: unknown }).access;
}

describe("dev/tokenServer/server", () => {
  let server: TokenServer;
  const url = (query: string): string => `${server.realm}?service=${SERVICE}&${query}`;

  before(async () => {
    server = await startTokenServer({
      users: [tokenUser("push", "p1", EVERYTHING), tokenUser("pull", "p2", PULL_ONLY)],
      identity: createSigningIdentity("test"),
      issuer: "test",
      service: SERVICE,
    });
  });

  after(() => server.close());

  it("gives a known user a token for what it may do", async () => {
    const answer = await fetch(url("scope=repository:a/b:pull,push"), {
      headers: basic("pull", "p2"),
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(accessOf(await answer.json()), [
      { type: "repository", name: "a/b", actions: ["pull"] },
    ]);
  });

  it("takes several scopes", async () => {
    const answer = await fetch(url("scope=repository:a:pull&scope=repository:b:push"), {
      headers: basic("push", "p1"),
    });
    assert.deepEqual(accessOf(await answer.json()), [
      { type: "repository", name: "a", actions: ["pull"] },
      { type: "repository", name: "b", actions: ["push"] },
    ]);
  });

  it("takes the OAuth2 password grant that BuildKit tries first", async () => {
    const answer = await fetch(server.realm, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "password",
        username: "push",
        password: "p1",
        service: SERVICE,
        scope: "repository:a:push",
      }),
    });
    assert.equal(answer.status, 200);
    const body = (await answer.json()) as { access_token: string; expires_in: number };
    assert.equal(body.expires_in, 300);
    assert.equal(typeof body.access_token, "string");
  });

  const refused: readonly (readonly [string, Record<string, string>])[] = [
    ["nobody", {}],
    ["a wrong password", basic("push", "wrong")],
    ["an unknown user", basic("other", "p1")],
    ["another scheme", { Authorization: "Bearer p1" }],
    ["a header without a colon", { Authorization: `Basic ${btoa("push")}` }],
  ];
  for (const [who, headers] of refused) {
    it(`refuses ${who}, and asks for a login`, async () => {
      const answer = await fetch(url("scope=repository:a:pull"), { headers });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("www-authenticate"), 'Basic realm="test"');
      assert.doesNotMatch(await answer.text(), /p1/);
    });
  }

  it("refuses another service's token", async () => {
    const answer = await fetch(`${server.realm}?service=other`, { headers: basic("push", "p1") });
    assert.equal(answer.status, 401);
  });

  it("answers other paths and methods without a token", async () => {
    assert.equal((await fetch(server.realm.replace("/token", "/"))).status, 404);
    assert.equal((await fetch(server.realm, { method: "PUT" })).status, 405);
    assert.equal((await fetch(server.realm, { method: "POST" })).status, 400);
  });
});
