import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { UserError } from "../../../../../lib/errors";
import type { Run } from "../../../../../lib/process/run";
import { type ImageAccess, assertSignable, signImage } from "../../../../../lib/supplyChain";
import { fakeRun, fixture } from "../recorded";

const SYFT = Buffer.from(fixture("syft-1.57.0.spdx.json"));
const DIGEST = "sha256:291e59cb43a47dd926a647ff4f05a0577cbf44b3bd0897a1c2638d81257b8f0a";
const INDEX = `sha256:${"1".repeat(64)}`;
const VERSION = { stdout: "GitVersion: v3.1.3" };
const image = (password: string): ImageAccess => ({
  endpoint: { server: "localhost:5005", insecure: true },
  credentials: { username: "push", password },
  repository: "acme/web",
  digest: INDEX,
});
const platforms = [{ platform: "linux/amd64", digest: DIGEST, sbom: SYFT }];
const argument = (line: readonly string[], flag: string): string =>
  line[line.indexOf(flag) + 1] ?? "";

const fails = (work: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  });

describe("signing", () => {
  let folder = "";
  let key = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sign-unit-"));
    key = join(folder, "cosign.key");
    writeFileSync(key, "a key");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const policy = () => ({ kind: "key", key, transparencyLog: false }) as const;

  it("opens the key, signs the index with its images, then attests each", async () => {
    const files: string[] = [];
    const { run, seen } = fakeRun((line) => {
      if (line[1] !== "attest") return line[1] === "version" ? VERSION : {};
      const file = argument(line, "--predicate");
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(readFileSync(file), SYFT);
      files.push(file, argument(line, "--signing-config"));
      return {};
    });
    const request = { image: image("pw-1"), platforms, policy: policy() };
    assert.deepEqual(await signImage(request, { run }), { tool: "3.1.3" });
    const commands = seen.map(({ line }) => line[1]).filter((command) => command !== "version");
    assert.deepEqual(commands, ["public-key", "sign", "attest"]);
    const ends = seen.slice(-2).map(({ line }) => line.at(-1));
    assert.deepEqual(ends, [
      `localhost:5005/acme/web@${INDEX}`,
      `localhost:5005/acme/web@${DIGEST}`,
    ]);
    assert.equal(files.length, 2);
    for (const file of files) assert.equal(existsSync(file), false, file);
  });

  it("puts no secret into arguments or messages", async () => {
    const secret = fc.string({ minLength: 1 }).map((one) => `secret-${one}`);
    await fc.assert(
      fc.asyncProperty(secret, async (password) => {
        const { run, seen } = fakeRun((line) => {
          if (line[1] === "version") return VERSION;
          return line[1] === "sign" ? { code: 1, stderr: `Error: GET ${password}: no` } : {};
        });
        const request = { image: image(password), platforms, policy: policy() };
        await assert.rejects(signImage(request, { run }), (error) => {
          assert.ok(error instanceof UserError);
          assert.equal(error.code, "signature-tool");
          assert.ok(!error.message.includes(password));
          return true;
        });
        for (const { line } of seen) assert.ok(!line.join("\n").includes(password));
      }),
      { numRuns: 25 },
    );
  });

  it("attests nothing that describes another image, and signs nothing then", async () => {
    const { run, seen } = fakeRun(() => VERSION);
    const wrong = [{ platform: "linux/amd64", digest: INDEX, sbom: SYFT }];
    const request = { image: image("pw-1"), platforms: wrong, policy: policy() };
    await fails(signImage(request, { run }), "sbom-subject", new RegExp(`${DIGEST}, not ${INDEX}`));
    assert.deepEqual(seen, []);
  });
});

describe("what there is to sign with", () => {
  const kms = { kind: "key", key: "awskms:///alias/web", transparencyLog: false } as const;
  const refusing: Run = fakeRun(([, command]) =>
    command === "version" ? VERSION : { code: 1, stderr: "Error: decrypt: decryption failed" },
  ).run;

  it("is a key that opens", async () => {
    const missing = { ...kms, key: "nobody.key" };
    await fails(assertSignable(missing, {}), "sign-key", /`nobody.key`.*generate-key-pair/);
    const file = { ...kms, key: "package.json" };
    const options = { run: refusing };
    await fails(assertSignable(file, {}, options), "sign-key", /put its password into.*COSIGN_/);
    const given = { COSIGN_PASSWORD: "x" };
    await fails(assertSignable(file, given, options), "sign-key", /check that.*COSIGN_PASSWORD/);
    await fails(assertSignable(kms, {}, options), "sign-key", /identity may use it/);
    await assertSignable(kms, {}, { run: fakeRun(() => VERSION).run });
  });

  it("is a token that says who signs: nobody is asked to log in by a browser", async () => {
    const keyless = { kind: "keyless" } as const;
    await assertSignable(keyless, { SIGSTORE_ID_TOKEN: "token" });
    await assertSignable(keyless, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "token" });
    await fails(assertSignable(keyless, {}), "sign-identity", /SIGSTORE_ID_TOKEN/);
    const job = { GITHUB_ACTIONS: "true" };
    await fails(assertSignable(keyless, job), "sign-identity", /permissions: id-token: write/);
  });
});
