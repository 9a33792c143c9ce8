import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { type RanScript, runScript } from "./scripts";

describe("the script that puts the signing key in its place", function () {
  this.timeout(60_000);

  const MADE = `prefix=$3; echo "made with '\${COSIGN_PASSWORD-none}'" >"$prefix.key"`;
  const place = (
    what: string,
    sign: string,
    env: Readonly<Record<string, string>> = {},
    before?: string,
  ): Promise<RanScript> =>
    runScript("signing-key.sh", [what], {
      programs: { cosign: MADE },
      files: { "Pulumi.prod.yaml": `config:\n  bot-core:sign: ${sign}\n` },
      env,
      ...(before === undefined ? {} : { before }),
    });
  const FILE = "{key: cosign.key}";

  it("links to it from the name that the stack has for it", async () => {
    const ran = await place("put", FILE, { COSIGN_KEY: "the key" });
    assert.equal(ran.code, 0, ran.output);
    assert.equal(ran.file("cosign.key"), "the key\n");
    assert.doesNotMatch(ran.output, /the key/);
  });

  it("lets nobody else read it, and leaves nothing behind", async () => {
    const script = `KEY=$PWD/cosign.key; COSIGN_KEY=k "$1" put
stat --dereference --format 'mode %a of %N' "$KEY"; stat --format 'mode %a' "$RUNNER_TEMP/signing-key"
test -L "$KEY"`;
    const ran = await place("remove", FILE, {}, script);
    assert.equal(ran.code, 0, ran.output);
    assert.match(ran.output, /^mode 600 of .*\nmode 700$/m);
    assert.equal(ran.file("cosign.key"), undefined);
  });

  it("does nothing for keyless signing, for a key in a store, and for one that is there", async () => {
    for (const sign of ["keyless", '"false"', "{key: awskms:///alias/bot-core}"]) {
      const ran = await place("put", sign);
      assert.equal(ran.code, 0, ran.output);
      assert.match(ran.output, /nothing to do/);
    }
    const there = await place("put", FILE, { COSIGN_KEY: "other" }, "echo own >cosign.key");
    assert.equal(there.file("cosign.key"), "own\n");
  });

  it("refuses to release without it, and lets a preview have one of its own", async () => {
    const refused = await place("put", FILE, { COSIGN_KEY: "" });
    assert.equal(refused.code, 1);
    assert.match(
      refused.output,
      /^::error::COSIGN_KEY is empty, and the stack signs with cosign\.key/m,
    );
    const shown = await place("stand-in", FILE, { COSIGN_KEY: "", COSIGN_PASSWORD: "" });
    assert.equal(shown.code, 0, shown.output);
    assert.equal(shown.file("cosign.key"), "made with ''\n");
  });

  it("leaves a key alone that it has not put there", async () => {
    const ran = await place("remove", FILE, {}, "echo own >cosign.key");
    assert.equal(ran.file("cosign.key"), "own\n");
  });
});

describe("the script that hands findings to GitHub", function () {
  this.timeout(60_000);
  let server: Server;
  let uploads: { readonly path: string; readonly commit: string; readonly sarif: string }[];

  before(async () => {
    server = createServer((request, response) => {
      void readAll(request).then((text) => {
        const body = JSON.parse(text) as { commit_sha: string; ref: string; sarif: string };
        const sarif = gunzipSync(Buffer.from(body.sarif, "base64")).toString();
        const path = `${request.method ?? ""} ${request.url ?? ""} ${body.ref}`;
        uploads.push({ path, commit: body.commit_sha, sarif });
        response.statusCode = sarif.includes("refused") ? 403 : 202;
        response.end('{"message":"Code Security must be enabled"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    uploads = [];
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  const hand = (files: Readonly<Record<string, string>>): Promise<RanScript> =>
    runScript("upload-sarif.mjs", ["reports/v1"], {
      programs: {},
      files,
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_REF: "refs/tags/v1",
        GITHUB_SHA: "abc",
        GITHUB_TOKEN: "ghs_token",
      },
    });

  it("uploads each file by itself: together they may have more runs than GitHub takes", async () => {
    const names = Array.from({ length: 24 }, (_, at) => `reports/v1/s${at}-amd64.sarif`);
    const files = Object.fromEntries(names.map((name) => [name, `{"runs":["${name}"]}`]));
    const ran = await hand({ ...files, "reports/v1/s0-amd64.spdx.json": "{}" });
    assert.equal(ran.code, 0, ran.output);
    assert.deepEqual(uploads.map(({ sarif }) => sarif).sort(), Object.values(files).sort());
    const [{ path, commit }] = uploads as [(typeof uploads)[number]];
    assert.equal(path, "POST /repos/acme/shop/code-scanning/sarifs refs/tags/v1");
    assert.equal(commit, "abc");
  });

  it("names in the summary what GitHub did not take, and goes on with the others", async () => {
    const ran = await hand({ "reports/v1/a.sarif": "refused", "reports/v1/b.sarif": "{}" });
    assert.equal(ran.code, 1);
    assert.equal(uploads.length, 2);
    assert.match(ran.output, /^::warning::a\.sarif: 403 .*Code Security must be enabled/m);
    assert.match(
      ran.summary,
      /### Findings are not in the Security tab\n\nGitHub did not take a\.sarif\./,
    );
  });
});
