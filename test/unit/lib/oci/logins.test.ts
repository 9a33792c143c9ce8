import assert from "node:assert/strict";
import { OCI_MANIFEST, RegistryClient, digestOf } from "../../../../lib/oci";
import { BYTES, FAST, PUSH, USERS, failure } from "./clientFixture";
import { type FakeOptions, FakeRegistry } from "./fakeRegistry";

describe("RegistryClient: logins and redirects", () => {
  let fake: FakeRegistry;
  const start = async (options: FakeOptions = {}): Promise<RegistryClient> => {
    fake = await FakeRegistry.start(options);
    return new RegistryClient(fake.endpoint, undefined, FAST);
  };
  afterEach(() => fake.stop());

  describe("logins", () => {
    for (const auth of ["basic", "bearer"] as const) {
      it(`works with ${auth} and asks once`, async () => {
        await start({ auth, users: USERS });
        const client = new RegistryClient(fake.endpoint, PUSH, FAST);
        await client.ping();
        await client.putManifest("a/b", "x", BYTES, OCI_MANIFEST);
        fake.take();
        await client.putManifest("a/b", "y", BYTES, OCI_MANIFEST);
        assert.deepEqual(fake.take(), ["PUT /v2/a/b/manifests/y"]);
      });

      it(`names user and origin of a wrong password, not the password (${auth})`, async () => {
        await start({ auth, users: USERS });
        const wrong = { ...PUSH, password: "wr0ng!&" };
        const client = new RegistryClient(fake.endpoint, wrong, FAST);
        const message = await failure(client.ping(), "registry-unauthorized");
        assert.match(message, /`push`.*variables A and B/);
        assert.match(message, new RegExp(`127.0.0.1:${fake.port}`));
        assert.doesNotMatch(message, /wr0ng/);
      });

      it(`tells a missing right from a wrong password (${auth})`, async () => {
        await start({ auth, users: USERS });
        const client = new RegistryClient(
          fake.endpoint,
          { username: "pull", password: "s3cret-pull" },
          FAST,
        );
        await client.provePull("a/b");
        const message = await failure(client.proveUpload("a/b"), "registry-denied");
        assert.match(message, /does not let user `pull` push to `127/);
      });
    }

    it("says that a login is asked for where none was given", async () => {
      const client = await start({ auth: "bearer", users: USERS });
      assert.match(
        await failure(client.headManifest("a/b", "x"), "registry-unauthorized"),
        /asks for a login, and none was given/,
      );
      await client.ping();
    });

    it("leaves no upload behind when it proves the right to push", async () => {
      await start({ auth: "bearer", users: USERS });
      await new RegistryClient(fake.endpoint, PUSH, FAST).proveUpload("a/b");
      assert.equal(fake.uploads.size, 0);
      assert.ok(fake.take().some((line) => line.startsWith("DELETE /v2/a/b/blobs/uploads/")));
    });

    it("proves the right to push without the right to cancel", async () => {
      const users = { write: { password: "w", rights: ["pull", "push"] } };
      await start({ auth: "bearer", users });
      const login = { username: "write", password: "w" };
      await new RegistryClient(fake.endpoint, login, FAST).proveUpload("a/b");
    });

    for (const [status, code, words] of [
      [404, "registry-repository", /`127[^`]*\/a\/b` does not exist.*create it/],
      [405, "registry-denied", /takes no uploads at all/],
    ] as const) {
      it(`explains an upload that is answered ${status}`, async () => {
        const client = await start({
          intercept: (_request, response) => {
            response.writeHead(status).end();
            return true;
          },
        });
        assert.match(await failure(client.proveUpload("a/b"), code), words);
      });
    }

    it("fetches one token for many requests at once, and a new one after a refusal", async () => {
      await start({ auth: "bearer", users: USERS });
      const client = new RegistryClient(fake.endpoint, PUSH, FAST);
      const tokens = (): number => fake.take().filter((line) => line.includes("/token")).length;
      await Promise.all(["a", "b", "c"].map((tag) => client.headManifest("a/b", tag)));
      assert.equal(tokens(), 1);
      await client.headManifest("a/b", "d");
      assert.equal(tokens(), 0);
      let refuse = true;
      fake.options.intercept = (request, response) => {
        if (!refuse || request.url?.startsWith("/token") === true) return false;
        refuse = false;
        const realm = `http://${fake.endpoint.server}/token`;
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
        return true;
      };
      assert.equal(await client.headManifest("a/b", "x"), undefined);
      assert.equal(tokens(), 1);
    });

    it("sends no login to a token server without TLS on another machine", async () => {
      await start({
        intercept: (_request, response) => {
          const challenge = 'Bearer realm="http://evil.example/token"';
          response.writeHead(401, { "www-authenticate": challenge }).end();
          return true;
        },
      });
      const client = new RegistryClient(fake.endpoint, PUSH, FAST);
      assert.match(await failure(client.ping(), "registry-answer"), /evil\.example.*not HTTPS/);
    });

    it("exchanges an identity token by POST", async () => {
      const seen: string[] = [];
      await start({
        intercept: (request, response) => {
          if (request.url?.startsWith("/token") === true) {
            request.on("data", (chunk: Buffer) => seen.push(chunk.toString()));
            request.on("end", () => response.end(JSON.stringify({ access_token: "abc" })));
            return true;
          }
          if (request.headers.authorization === "Bearer abc") {
            response.end("{}");
            return true;
          }
          const realm = `http://${fake.endpoint.server}/token`;
          const challenge = `Bearer realm="${realm}",service="acr"`;
          response.writeHead(401, { "www-authenticate": challenge }).end();
          return true;
        },
      });
      const login = { username: "<token>", password: "refresh-me" };
      await new RegistryClient(fake.endpoint, login, FAST).ping();
      assert.match(seen.join(""), /grant_type=refresh_token.*refresh_token=refresh-me&service=acr/);
      assert.ok(fake.requests.every(({ url }) => !url.includes("refresh-me")));
    });
  });

  describe("redirects", () => {
    it("follows a blob to another host without the login", async () => {
      const store = await FakeRegistry.start();
      try {
        const blob = Buffer.from("blob");
        store.options.intercept = (_request, response) => {
          response.end(blob);
          return true;
        };
        await start({ auth: "basic", users: USERS });
        fake.options.intercept = (request, response) => {
          if (request.headers.authorization === undefined) return false;
          const location = `http://${store.endpoint.server}/x?signed=1`;
          response.writeHead(307, { location }).end();
          return true;
        };
        const client = new RegistryClient(fake.endpoint, PUSH, FAST);
        assert.deepEqual(await client.getBlob("a/b", digestOf(blob)), blob);
        assert.equal(store.requests[0]?.authorization, undefined);
        assert.equal(store.requests.length, 1);
      } finally {
        await store.stop();
      }
    });

    it("takes no challenge from another host, which could name its own token server", async () => {
      const away = await FakeRegistry.start();
      try {
        away.options.intercept = (_request, response) => {
          const realm = `http://${away.endpoint.server}/token`;
          response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
          return true;
        };
        await start({ auth: "basic", users: USERS });
        fake.options.intercept = (request, response) => {
          if (request.headers.authorization === undefined) return false;
          const location = `http://${away.endpoint.server}/upload`;
          response.writeHead(request.method === "POST" ? 202 : 307, { location }).end();
          return true;
        };
        const client = new RegistryClient(fake.endpoint, PUSH, FAST);
        await failure(client.getManifest("a/b", "x"), "registry-unauthorized");
        await assert.rejects(client.putBlob("a/b", Buffer.from("x")));
        assert.ok(away.requests.length > 0);
        assert.ok(away.requests.every(({ url }) => !url.startsWith("/token")));
        assert.ok(away.requests.every(({ authorization }) => authorization === undefined));
      } finally {
        await away.stop();
      }
    });

    it("gives up an endless redirect", async () => {
      const client = await start({
        intercept: (request, response) => {
          response.writeHead(302, { location: `${request.url ?? ""}x` }).end();
          return true;
        },
      });
      assert.match(await failure(client.getManifest("a/b", "x"), "registry-answer"), /5 redirects/);
      assert.equal(fake.requests.length, 6);
    });
  });
});
