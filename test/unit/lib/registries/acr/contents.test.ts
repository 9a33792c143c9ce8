import assert from "node:assert/strict";
import { RegistryClient } from "../../../../../lib/oci";
import { acrContents } from "../../../../../lib/registries/acr/contents";
import { failure } from "../../oci/clientFixture";
import { A, B, JsonServer, login } from "../contents/jsonServer";

const REPOSITORY = "bot-core/web";
const LIST = `/acr/v1/${REPOSITORY}/_manifests`;

describe("contents of Azure Container Registry", () => {
  let server: JsonServer;
  const contents = () => {
    const endpoint = { server: server.api.slice("http://".length), insecure: true };
    const client = new RegistryClient(endpoint);
    return acrContents({ endpoint }, { client, credentials: login("refresh-1") }, server.api);
  };
  beforeEach(async () => {
    server = await JsonServer.start();
    server.answer = ({ line, headers }, { pathname, searchParams }) => {
      if (pathname === "/oauth2/token") {
        assert.equal(
          headers.authorization,
          `Basic ${Buffer.from("ann:refresh-1").toString("base64")}`,
        );
        return { body: { access_token: searchParams.get("scope") } };
      }
      if (line.startsWith(`DELETE /v2/${REPOSITORY}/manifests/`)) {
        return { status: line.endsWith(A) ? 202 : 404 };
      }
      const right = line.startsWith("DELETE") ? "delete" : "metadata_read";
      assert.equal(headers.authorization, `Bearer repository:${REPOSITORY}:${right}`);
      if (line === `DELETE /acr/v1/${REPOSITORY}/_tags/v1`) return { status: 202 };
      if (pathname !== LIST) return { status: 404 };
      const createdTime = "2026-01-02T03:04:05.1234567Z";
      if (searchParams.has("last")) return { body: { manifests: [{ digest: B, createdTime }] } };
      return {
        headers: { link: `<${LIST}?n=500&last=${A}>; rel="next"` },
        body: { manifests: [{ digest: A, createdTime, tags: ["v1.0.0", "latest"] }] },
      };
    };
  });
  afterEach(() => server.stop());

  it("lists manifests page by page with a token for that", async () => {
    const pushed = "2026-01-02T03:04:05.1234567Z";
    assert.deepEqual(await contents().list(REPOSITORY), {
      complete: true,
      manifests: [
        { digest: A, tags: ["latest", "v1.0.0"], pushed },
        { digest: B, tags: [], pushed },
      ],
    });
  });

  it("removes tags by its own API and manifests by the specification's", async () => {
    assert.equal(await contents().removeTag(REPOSITORY, "v1"), true);
    assert.equal(await contents().removeTag(REPOSITORY, "v2"), false);
    assert.equal(await contents().removeManifest(REPOSITORY, A), true);
    assert.equal(await contents().removeManifest(REPOSITORY, B), false);
  });

  it("names `az login` where the login is refused", async () => {
    server.answer = () => ({ status: 401 });
    const words = await failure(contents().list(REPOSITORY), "registry-unauthorized");
    assert.match(words, /az login/);
    assert.doesNotMatch(words, /refresh-1/);
  });

  it("tries again after a short 429 and a broken server", async () => {
    const before = server.answer;
    let faults = 2;
    server.answer = (asked, url) =>
      url.pathname === LIST && faults-- > 0
        ? { status: faults === 1 ? 429 : 503 }
        : before(asked, url);
    assert.equal((await contents().list(REPOSITORY)).manifests.length, 2);
  });
});
