import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import { OCI_MANIFEST, RegistryClient, type RegistryOptions, digestOf } from "../../../../lib/oci";
import { type FakeOptions, FakeRegistry } from "./fakeRegistry";

const FAST: RegistryOptions = { timeoutMs: 5000, retries: 2, backoffMs: 1 };
const USERS = {
  push: { password: "s3cret-push", rights: ["pull", "push", "delete"] },
  pull: { password: "s3cret-pull", rights: ["pull"] },
};
const BYTES = Buffer.from('{"schemaVersion":2}');
const PUSH = { username: "push", password: "s3cret-push", origin: "the variables A and B" };

/** Asserts a UserError of a kind; gives its message. */
async function failure(work: Promise<unknown>, code: string): Promise<string> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, code, error.message);
  return error.message;
}

describe("RegistryClient", () => {
  let fake: FakeRegistry;
  const start = async (options: FakeOptions = {}): Promise<RegistryClient> => {
    fake = await FakeRegistry.start(options);
    return new RegistryClient(fake.endpoint, undefined, FAST);
  };
  afterEach(() => fake.stop());

  describe("manifests and tags", () => {
    it("puts, finds, reads and deletes a manifest", async () => {
      const client = await start();
      const digest = await client.putManifest("a/b", "v1.0.0", BYTES, OCI_MANIFEST);
      assert.equal(digest, digestOf(BYTES));
      const head = { digest, mediaType: OCI_MANIFEST, size: BYTES.length };
      assert.deepEqual(await client.headManifest("a/b", "v1.0.0"), head);
      assert.deepEqual(await client.getManifest("a/b", digest), { ...head, bytes: BYTES });
      assert.equal(await client.deleteManifest("a/b", "v1.0.0"), true);
      assert.equal(await client.deleteManifest("a/b", "v1.0.0"), false);
    });

    it("takes a missing manifest, tag list or blob for an answer", async () => {
      const client = await start();
      assert.equal(await client.headManifest("a/b", "v1.0.0"), undefined);
      assert.equal(await client.getManifest("a/b", "v1.0.0"), undefined);
      assert.deepEqual(await client.listTags("a/b"), []);
      assert.equal(await client.getBlob("a/b", digestOf("x")), undefined);
    });

    it("reads all pages of the tag list", async () => {
      const client = await start({ pageSize: 2 });
      for (const tag of ["c", "a", "e", "b", "d"]) {
        await client.putManifest("a/b", tag, BYTES, OCI_MANIFEST);
      }
      fake.take();
      assert.deepEqual(await client.listTags("a/b"), ["a", "b", "c", "d", "e"]);
      assert.equal(fake.take().length, 3);
    });

    it("asks by GET where HEAD says no digest", async () => {
      const client = await start({
        intercept: (request, response) => {
          response.writeHead(200, { "content-type": OCI_MANIFEST });
          response.end(request.method === "HEAD" ? undefined : BYTES);
          return true;
        },
      });
      assert.equal((await client.headManifest("a/b", "x"))?.digest, digestOf(BYTES));
    });

    it("refuses names that would change the request's path", async () => {
      const client = await start();
      await failure(client.getManifest("../etc", "x"), "registry-name");
      await failure(client.getManifest("a/b", "x/../../y"), "registry-name");
      await failure(client.getManifest("A/b", "x"), "registry-name");
      assert.deepEqual(fake.take(), []);
    });
  });

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
        assert.equal(await client.provePull("a/b"), true);
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

  describe("hostile answers", () => {
    /** A registry that answers everything in one way. */
    const answering = (status: number, body: string | Buffer, headers = {}) =>
      start({
        intercept: (_request, response) => {
          response.writeHead(status, headers).end(body);
          return true;
        },
      });

    it("finds content that is not of its digest", async () => {
      const client = await answering(200, "other");
      const asked = digestOf("asked");
      assert.match(
        await failure(client.getManifest("a/b", asked), "registry-answer"),
        new RegExp(digestOf("other")),
      );
      await failure(client.getBlob("a/b", asked), "registry-answer");
    });

    it("finds a header that does not fit the content", async () => {
      const client = await answering(200, "other", { "docker-content-digest": digestOf("x") });
      await failure(client.getManifest("a/b", "tag"), "registry-answer");
      await failure(client.putManifest("a/b", "tag", BYTES, OCI_MANIFEST), "registry-answer");
    });

    it("does not read a huge body", async () => {
      const client = await start({
        intercept: (_request, response) => {
          response.writeHead(200);
          const pour = (): void => {
            while (!response.destroyed && response.write(Buffer.alloc(65536)));
            if (!response.destroyed) response.once("drain", pour);
          };
          pour();
          return true;
        },
      });
      const message = await failure(client.getManifest("a/b", "x"), "registry-answer");
      assert.match(message, /longer than 4194304 bytes/);
      assert.equal(fake.requests.length, 1);
    });

    it("tries a truncated body again", async () => {
      let broken = 2;
      const client = await start({
        intercept: (_request, response) => {
          if (broken-- <= 0) return false;
          response.writeHead(200, { "content-length": 100 });
          response.write("half", () => response.destroy());
          return true;
        },
      });
      assert.equal(await client.getManifest("a/b", "x"), undefined);
      assert.equal(fake.requests.length, 3);
      broken = 99;
      await failure(client.getManifest("a/b", "x"), "registry-unreachable");
    });

    it("keeps to Retry-After in a storm of 429 and gives up after the last attempt", async () => {
      let storm = 1;
      const client = await start({
        intercept: (_request, response) => {
          if (storm-- <= 0) return false;
          response.writeHead(429, { "retry-after": "1" }).end();
          return true;
        },
      });
      const began = Date.now();
      assert.equal(await client.headManifest("a/b", "x"), undefined);
      assert.ok(Date.now() - began >= 990);
      storm = 99;
      fake.options.intercept = (_request, response) => {
        response.writeHead(429).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}');
        return true;
      };
      fake.take();
      assert.match(
        await failure(client.getManifest("a/b", "x"), "registry-answer"),
        /429 TOOMANYREQUESTS/,
      );
      assert.equal(fake.take().length, 3);
    });

    it("does not wait longer than half a minute", async () => {
      const client = await answering(503, "", { "retry-after": "45" });
      await failure(client.headManifest("a/b", "x"), "registry-answer");
      assert.equal(fake.requests.length, 1);
    });

    it("names a server that does not answer in time", async () => {
      await start({ intercept: () => true });
      const hasty = new RegistryClient(fake.endpoint, undefined, { ...FAST, timeoutMs: 200 });
      const message = await failure(hasty.headManifest("a/b", "x"), "registry-unreachable");
      assert.match(message, /no complete answer within 0.2 s/);
    });

    it("says so when an answer begins and does not end in time", async () => {
      await start({
        intercept: (_request, response) => {
          response.writeHead(200).write("begun");
          return true;
        },
      });
      const hasty = new RegistryClient(fake.endpoint, undefined, { retries: 0, timeoutMs: 200 });
      const message = await failure(hasty.getManifest("a/b", "x"), "registry-unreachable");
      assert.match(message, /no complete answer within 0.2 s/);
    });

    it("finds a tag list that is no JSON, of other shape, or without end", async () => {
      const client = await answering(200, "<html>");
      await failure(client.listTags("a/b"), "registry-answer");
      fake.options.intercept = (_request, response) => {
        response.end('{"tags":[1]}');
        return true;
      };
      await failure(client.listTags("a/b"), "registry-answer");
      fake.options.intercept = (_request, response) => {
        response.setHeader("link", '</v2/a/b/tags/list?last=z>; rel="next"').end('{"tags":["z"]}');
        return true;
      };
      assert.match(await failure(client.listTags("a/b"), "registry-answer"), /does not end/);
    });

    it("does not follow a tag list to another host", async () => {
      const client = await answering(200, '{"tags":[]}', {
        link: '<https://evil.example/v2/>; rel="next"',
      });
      assert.match(await failure(client.listTags("a/b"), "registry-answer"), /evil\.example/);
    });

    it("shows a registry's words on one line, cut, without the secrets it echoes", async () => {
      await start({
        intercept: (request, response) => {
          const echo = `${request.headers.authorization ?? ""} s3cret-push\n\u001b[31m`;
          const challenge = { "www-authenticate": "Basic" };
          const status = request.headers.authorization === undefined ? 401 : 500;
          response.writeHead(status, challenge).end(echo + "x".repeat(900));
          return true;
        },
      });
      const client = new RegistryClient(fake.endpoint, PUSH, FAST);
      const message = await failure(client.getManifest("a/b", "x"), "registry-answer");
      assert.doesNotMatch(message, /s3cret|cHVzaDp|\p{Cc}/u);
      assert.ok(message.length < 600);
    });
  });

  it("reports an unreachable server by name", async () => {
    await start();
    const gone = new RegistryClient({ server: "127.0.0.1:1", insecure: true }, undefined, FAST);
    assert.match(
      await failure(gone.ping(), "registry-unreachable"),
      /127\.0\.0\.1:1.*ECONNREFUSED/,
    );
    const unknown = new RegistryClient({ server: "no.invalid", insecure: false }, undefined, FAST);
    await failure(unknown.ping(), "registry-unreachable");
  });

  it("ends a request that is interrupted", async () => {
    await start({ intercept: () => true });
    const options = { ...FAST, timeoutMs: 5000, signal: AbortSignal.timeout(50) };
    const client = new RegistryClient(fake.endpoint, undefined, options);
    await failure(client.ping(), "registry-aborted");
  });

  it("uploads a blob once, and mounts or says that it cannot", async () => {
    const client = await start();
    const blob = Buffer.from("layer");
    const digest = await client.putBlob("a/b", blob);
    assert.deepEqual(await client.getBlob("a/b", digest), blob);
    fake.take();
    await client.putBlob("a/b", blob);
    assert.deepEqual(fake.take(), [`HEAD /v2/a/b/blobs/${digest}`]);
    assert.equal(await client.mountBlob("c/d", digest, "a/b"), false);
    assert.equal(fake.uploads.size, 0);
  });
});
