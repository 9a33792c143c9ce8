import assert from "node:assert/strict";
import { dockerHubContents } from "../../../../../lib/registries/dockerHub/contents";
import { failure } from "../../oci/clientFixture";
import { A, B, JsonServer, login } from "../contents/jsonServer";

const TAGS = "/v2/namespaces/acme/repositories/web/tags";

describe("contents of Docker Hub", () => {
  let server: JsonServer;
  const contents = (password = "dckr_pat_1") =>
    dockerHubContents({ credentials: login(password) }, server.api);
  const image = (digest: string, architecture: string) => ({
    digest,
    os: "linux",
    architecture,
    size: 5,
  });
  beforeEach(async () => {
    server = await JsonServer.start();
    server.answer = ({ line, headers, body }, { pathname, searchParams }) => {
      if (pathname === "/v2/auth/token") {
        const { identifier, secret } = JSON.parse(body) as Record<string, string>;
        const right = identifier === "ann" && secret === "dckr_pat_1";
        return right
          ? { body: { access_token: "jwt" } }
          : { status: 401, body: { detail: "wrong" } };
      }
      assert.equal(headers.authorization, "Bearer jwt");
      if (line.startsWith("DELETE /v2/repositories/acme/web/tags/")) return { status: 204 };
      if (pathname !== TAGS) return { status: 404 };
      const result = (name: string, day: number) => ({
        name,
        digest: A,
        tag_last_pushed: `2026-01-0${day}T00:00:00Z`,
        images: [image(B, "amd64")],
      });
      return searchParams.get("page") === "2"
        ? { body: { next: null, results: [result("latest", 3)] } }
        : {
            body: {
              next: `${server.api}${TAGS}?page_size=100&page=2`,
              results: [result("v1.0.0", 1)],
            },
          };
    };
  });
  afterEach(() => server.stop());

  it("lists tags with what is behind them, logged in once, without a pull", async () => {
    assert.deepEqual(await contents().list("acme/web"), {
      complete: false,
      manifests: [
        {
          digest: A,
          tags: ["latest", "v1.0.0"],
          pushed: "2026-01-03T00:00:00Z",
          images: [{ digest: B, platform: "linux/amd64", size: 5 }],
        },
      ],
    });
    assert.equal(server.take().filter((line) => line.startsWith("POST")).length, 1);
  });

  it("removes every tag of a manifest", async () => {
    assert.equal(await contents().removeManifest("acme/web", A), true);
    assert.deepEqual(
      server.take().filter((line) => line.startsWith("DELETE")),
      ["latest", "v1.0.0"].map((tag) => `DELETE /v2/repositories/acme/web/tags/${tag}/`),
    );
    assert.equal(await contents().removeManifest("acme/web", B), false);
  });

  it("waits as long as it is asked to", async () => {
    const before = server.answer;
    let refused = 0;
    server.answer = (asked, url) => {
      if (url.pathname !== TAGS || refused > 0) return before(asked, url);
      refused += 1;
      return { status: 429, headers: { "x-retry-after": String(Math.ceil(Date.now() / 1000)) } };
    };
    assert.equal((await contents().list("acme/web")).manifests.length, 1);
  });

  it("gives up where the wait is too long, and says so", async () => {
    server.answer = () => ({ status: 429, headers: { "retry-after": "3600" } });
    assert.match(await failure(contents().list("acme/web"), "registry-answer"), /status 429/);
    assert.equal(server.asked.length, 1);
  });

  it("names the kinds of token where the login is refused, and never the token", async () => {
    const words = await failure(contents("wrong-pat").list("acme/web"), "registry-unauthorized");
    assert.match(words, /personal access token/);
    assert.doesNotMatch(words, /wrong-pat/);
  });
});
