import assert from "node:assert/strict";
import { OCI_MANIFEST, RegistryClient, digestOf } from "../../../../lib/oci";
import { BYTES, FAST, PUSH, failure } from "./clientFixture";
import { type FakeOptions, FakeRegistry } from "./fakeRegistry";

describe("RegistryClient", () => {
  let fake: FakeRegistry;
  const start = async (options: FakeOptions = {}): Promise<RegistryClient> => {
    fake = await FakeRegistry.start(options);
    return new RegistryClient(fake.endpoint, undefined, FAST);
  };
  afterEach(() => fake.stop());

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
});
