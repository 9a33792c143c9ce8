import assert from "node:assert/strict";
import { garContents } from "../../../../../lib/registries/gar/contents";
import type { GarSettings } from "../../../../../lib/settings/registrySettings";
import { failure } from "../../oci/clientFixture";
import { A, B, JsonServer, login } from "../contents/jsonServer";

const SETTINGS: GarSettings = {
  kind: "gar",
  project: "p",
  location: "europe-west3",
  repository: "bot-core",
  scanning: "off",
  cache: [],
  namespace: "p/bot-core",
  separator: "/",
  manage: true,
  lookUp: { kind: "gar" },
  endpoint: { server: "europe-west3-docker.pkg.dev", insecure: false },
  account: {
    endpoint: { server: "europe-west3-docker.pkg.dev", insecure: false },
    push: { kind: "gar" },
    pull: { kind: "gar" },
  },
};
const PACKAGE = "/v1/projects/p/locations/europe-west3/repositories/bot-core/packages/web";
const REPOSITORY = "p/bot-core/web";

describe("contents of Google Artifact Registry", () => {
  let server: JsonServer;
  const contents = () => garContents(SETTINGS, { credentials: login("token-1") }, server.api);
  beforeEach(async () => {
    server = await JsonServer.start();
  });
  afterEach(() => server.stop());

  it("lists versions and tags page by page", async () => {
    const name = (digest: string): string => `projects/p/x/versions/${digest}`;
    server.answer = ({ headers }, { pathname, searchParams }) => {
      assert.equal(headers.authorization, "Bearer token-1");
      const second = searchParams.get("pageToken") === "more";
      if (pathname === `${PACKAGE}/tags`) {
        return { body: { tags: [{ name: "projects/p/x/tags/v1.0.0", version: name(B) }] } };
      }
      assert.equal(pathname, `${PACKAGE}/versions`);
      return second
        ? { body: { versions: [{ name: name(B), createTime: "2026-01-02T03:04:05Z" }] } }
        : { body: { versions: [{ name: name(A) }], nextPageToken: "more" } };
    };
    assert.deepEqual(await contents().list(REPOSITORY), {
      complete: true,
      manifests: [
        { digest: A, tags: [] },
        { digest: B, tags: ["v1.0.0"], pushed: "2026-01-02T03:04:05Z" },
      ],
    });
    assert.equal(server.take().length, 3);
  });

  it("gives nothing for a package that is not there", async () => {
    assert.deepEqual(await contents().list(REPOSITORY), { manifests: [], complete: true });
  });

  it("waits for a removal to end, and takes one that is gone for gone", async () => {
    let polls = 0;
    server.answer = ({ line }, { pathname }) => {
      if (line === `DELETE ${PACKAGE}/versions/${A}?force=true`) {
        return { body: { name: "operations/1" } };
      }
      if (pathname === "/v1/operations/1") {
        return { body: { name: "operations/1", done: ++polls > 1 } };
      }
      return { status: 404, body: {} };
    };
    assert.equal(await contents().removeManifest(REPOSITORY, A), true);
    assert.equal(polls, 2);
    assert.equal(await contents().removeManifest(REPOSITORY, B), false);
    assert.equal(await contents().removeTag(REPOSITORY, "v1"), false);
  });

  it("says why a removal was refused", async () => {
    server.answer = () => ({ body: { done: true, error: { message: "referenced by parent" } } });
    assert.match(
      await failure(contents().removeManifest(REPOSITORY, A), "registry-denied"),
      /referenced by parent/,
    );
  });

  it("tells a refused login from a missing right", async () => {
    server.answer = () => ({ status: 401, body: { error: { message: "expired" } } });
    const login = await failure(contents().list(REPOSITORY), "registry-unauthorized");
    assert.match(login, /gcloud auth application-default login/);
    assert.doesNotMatch(login, /token-1/);
    server.answer = () => ({ status: 403, body: { error: { message: "no permission" } } });
    assert.match(await failure(contents().list(REPOSITORY), "registry-denied"), /repoAdmin/);
  });
});
