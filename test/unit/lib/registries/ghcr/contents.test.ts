import assert from "node:assert/strict";
import { ghcrContents } from "../../../../../lib/registries/ghcr/contents";
import type { GhcrSettings } from "../../../../../lib/settings/registrySettings";
import { failure } from "../../oci/clientFixture";
import { A, B, JsonServer, login } from "../contents/jsonServer";

const endpoint = { server: "ghcr.io", insecure: false };
const SETTINGS: GhcrSettings = {
  kind: "ghcr",
  owner: "acme",
  repository: "bot-core",
  namespace: "acme/bot-core",
  separator: "/",
  manage: true,
  lookUp: { kind: "docker" },
  endpoint,
  account: { endpoint, push: { kind: "docker" }, pull: { kind: "docker" } },
};
const REPOSITORY = "acme/bot-core/web";
const VERSIONS = "/orgs/acme/packages/container/bot-core%2Fweb/versions";

describe("contents of GitHub's packages", () => {
  let server: JsonServer;
  let type = "Organization";
  const contents = () => ghcrContents(SETTINGS, { credentials: login("ghp_1") }, server.api);
  const version = (id: number, name: string, ...tags: string[]) => ({
    id,
    name,
    created_at: "2026-01-02T03:04:05Z",
    metadata: { package_type: "container", container: { tags } },
  });
  beforeEach(async () => {
    type = "Organization";
    server = await JsonServer.start();
    server.answer = ({ headers }, { pathname, searchParams }) => {
      assert.equal(headers.authorization, "Bearer ghp_1");
      if (pathname === "/users/acme") return { body: { type } };
      if (pathname !== VERSIONS && pathname !== VERSIONS.replace("orgs", "users")) {
        return { status: 404 };
      }
      if (searchParams.get("page") === "2") return { body: [version(8, B)] };
      const next = `<${server.api}${pathname}?per_page=100&page=2>; rel="next", <x>; rel="last"`;
      return { headers: { link: next }, body: [version(7, A, "v1.0.0", "latest")] };
    };
  });
  afterEach(() => server.stop());

  it("lists an organisation's versions page by page", async () => {
    const pushed = "2026-01-02T03:04:05Z";
    assert.deepEqual(await contents().list(REPOSITORY), {
      complete: true,
      manifests: [
        { digest: A, tags: ["latest", "v1.0.0"], pushed },
        { digest: B, tags: [], pushed },
      ],
    });
  });

  it("finds a user's packages elsewhere", async () => {
    type = "User";
    assert.equal((await contents().list(REPOSITORY)).manifests.length, 2);
    assert.ok(server.take().some((line) => line.startsWith("GET /users/acme/packages/")));
  });

  it("removes by the version's id, which it looks up", async () => {
    const before = server.answer;
    const removed: string[] = [];
    server.answer = (asked, url) => {
      if (!asked.line.startsWith("DELETE")) return before(asked, url);
      removed.push(asked.line);
      return { status: removed.length === 1 ? 204 : 404 };
    };
    const own = contents();
    assert.equal(await own.removeManifest(REPOSITORY, B), true);
    assert.equal(await own.removeManifest(REPOSITORY, B), false);
    assert.deepEqual(removed, [`DELETE ${VERSIONS}/8`, `DELETE ${VERSIONS}/8`]);
    assert.equal(await own.removeManifest(REPOSITORY, `sha256:${"c".repeat(64)}`), false);
    assert.equal(await own.removeTag(REPOSITORY, "v1.0.0"), false);
  });

  it("says that GitHub keeps the last tagged version", async () => {
    const before = server.answer;
    server.answer = (asked, url) =>
      asked.line.startsWith("DELETE")
        ? { status: 400, body: { message: "You cannot delete the last tagged version" } }
        : before(asked, url);
    const words = await failure(contents().removeManifest(REPOSITORY, A), "registry-denied");
    assert.match(words, /last tagged version/);
  });

  it("names the scopes where a token does not do", async () => {
    server.answer = () => ({ status: 403, body: { message: "needs read:packages" } });
    assert.match(
      await failure(contents().list(REPOSITORY), "registry-denied"),
      /gh auth refresh -s read:packages/,
    );
  });

  it("follows no page to another server", async () => {
    const before = server.answer;
    server.answer = (asked, url) => ({
      ...before(asked, url),
      ...(url.pathname === VERSIONS
        ? { headers: { link: '<https://evil.example/x>; rel="next"' } }
        : {}),
    });
    assert.match(await failure(contents().list(REPOSITORY), "registry-answer"), /evil\.example/);
  });
});
