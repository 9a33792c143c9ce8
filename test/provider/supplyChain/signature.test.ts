import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import { UserError } from "../../../lib/errors";
import { run } from "../../../lib/process/run";
import {
  type ImageAccess,
  type VerifyRequest,
  findTool,
  imageName,
  makeSbom,
  publicKeyOf,
  signImage,
  verifyCommand,
  verifyImage,
  withRegistryLogin,
} from "../../../lib/supplyChain";
import { withCosign } from "../../../lib/supplyChain/signature/cosign";
import { attestArgs, signArgs } from "../../../lib/supplyChain/signature/cosignArgs";
import { goneOf } from "../../../lib/supplyChain/signature/goneOf";
import { COSIGNS, PULL, PUSH, type PushedIndex, SigningWorld } from "./signingWorld";

const PORT = 15_767;
const VERSION = "v1.0.0";
const SERVICE = {
  majorApiVersion: 1,
  validFor: { start: "2025-01-01T00:00:00Z" },
  operator: "own",
};
/** A Sigstore of one's own, which nobody reaches. */
const OWN_SIGSTORE = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  caUrls: [{ url: "https://fulcio.invalid", ...SERVICE }],
  oidcUrls: [{ url: "https://oidc.invalid", ...SERVICE }],
  rekorTlogConfig: {},
  tsaConfig: {},
};
const OWN_ROOTS = { mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1" };

describe("signatures in a real registry", function () {
  this.timeout(180_000);
  const world = new SigningWorld();
  const keys = { ours: "", theirs: "" };
  /** By digest: the tests' repositories hold the same images. */
  const sboms = new Map<string, Buffer>();

  before(async function () {
    await world.start(this, "sign-test-registry", PORT);
    await world.useCosign(this, undefined);
    keys.ours = await world.makeKey("ours");
    keys.theirs = await world.makeKey("theirs");
  });
  after(() => world.close());

  const signPolicy = (prefix: string) =>
    ({ kind: "key", key: `${prefix}.key`, transparencyLog: false }) as const;
  const verifyPolicy = (prefix: string) =>
    ({ kind: "key", key: publicKeyOf(`${prefix}.key`), transparencyLog: false }) as const;

  async function sbomOf(repository: string, digest: string, platform: string): Promise<Buffer> {
    const image = world.access(repository, digest, PULL);
    const document = sboms.get(digest) ?? (await makeSbom(image, platform)).document;
    sboms.set(digest, document);
    return document;
  }

  /** Signs as a release does. */
  async function sign(
    repository: string,
    index: PushedIndex,
    options: { readonly sboms: boolean; readonly prefix?: string },
  ): Promise<void> {
    const platforms = [];
    for (const { platform, digest } of index.platforms) {
      const sbom = options.sboms ? { sbom: await sbomOf(repository, digest, platform) } : {};
      platforms.push({ platform, digest, ...sbom });
    }
    const image = world.access(repository, index.digest);
    await signImage({ image, platforms, policy: signPolicy(options.prefix ?? keys.ours) });
  }

  /** Verifies as a deployment does: with the login that only pulls. */
  const verify = (
    repository: string,
    index: PushedIndex,
    changes: Partial<VerifyRequest> & { readonly sboms?: boolean } = {},
  ): Promise<void> =>
    verifyImage({
      image: world.access(repository, index.digest, PULL),
      version: VERSION,
      platforms: index.platforms.map((one) => ({ ...one, sbom: changes.sboms ?? false })),
      policy: verifyPolicy(keys.ours),
      ...changes,
    });

  const refuses = async (work: Promise<unknown>, code: string, ...words: RegExp[]) => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      for (const word of words) assert.match(error.message, word);
      assert.doesNotMatch(error.message, /-pw-/);
      return true;
    });
  };

  /** cosign by hand, with the registry's login. */
  async function cosign(image: ImageAccess, args: readonly string[]): Promise<string> {
    return withRegistryLogin(image, async ({ env }) => {
      const done = await run("cosign", [...args, "--allow-http-registry", imageName(image)], {
        env,
      });
      assert.equal(done.code, 0, done.stderr);
      return done.stdout;
    });
  }

  for (const { line, variable } of COSIGNS) {
    describe(`by ${line}`, () => {
      const repository = `sign-test/${line.replace(" ", "")}`;
      let index: PushedIndex;

      before(async function () {
        await world.useCosign(this, variable);
        const syft = await run("syft", ["--version"]).catch(() => undefined);
        if (syft?.code !== 0) skip(this, "no syft on PATH");
        index = await world.push(repository, VERSION, "1.0-1");
        await sign(repository, index, { sboms: true });
      });

      it("takes what a release signed and attested", async () => {
        await verify(repository, index, { sboms: true });
        const { version } = await findTool("cosign");
        assert.match(version, line === "cosign 3" ? /^3\./ : /^2\./);
      });

      it("signed by referrers alone: no tag was written", async () => {
        const tags = await world.client().listTags(repository);
        assert.deepEqual(
          tags.filter((tag) => tag.endsWith(".sig") || tag.endsWith(".att")),
          [],
        );
      });

      it("refuses an image without a signature", async () => {
        const plain = await world.push(`${repository}-plain`, VERSION, "1.0-1");
        await refuses(
          verify(`${repository}-plain`, plain),
          "image-unsigned",
          new RegExp(plain.digest),
          /ours\.pub/,
        );
      });

      it("refuses a signature of another key", async () => {
        const other = await world.push(`${repository}-other`, VERSION, "1.0-1");
        await sign(`${repository}-other`, other, { sboms: false, prefix: keys.theirs });
        await refuses(
          verify(`${repository}-other`, other),
          "image-wrong-signer",
          new RegExp(other.digest),
          /ours\.pub/,
        );
      });

      it("refuses an index that somebody put under the same tag", async () => {
        const evil = await world.push(`${repository}-evil`, "v0.9.0", "6.6-6");
        const good = await world.push(`${repository}-evil`, VERSION, "1.0-1");
        await sign(`${repository}-evil`, good, { sboms: false });
        const [first, second] = [evil.platforms[0], good.platforms[1]];
        assert.ok(first !== undefined && second !== undefined);
        const platforms = [first, second];
        const digest = await world.pushIndex(`${repository}-evil`, VERSION, platforms);
        await refuses(verify(`${repository}-evil`, { digest, platforms }), "image-unsigned");
        await refuses(
          verify(`${repository}-evil`, { ...good, platforms }),
          "image-platform-foreign",
          new RegExp(first.digest),
        );
      });

      it("refuses a signed old image under a new tag", async () => {
        await refuses(
          verify(repository, index, { version: "v2.0.0" }),
          "image-version-mismatch",
          /v1\.0\.0.*v2\.0\.0/,
        );
        await verify(repository, index, { version: "dev" });
      });

      it("refuses one platform's image of a signed old version under a new tag", async () => {
        const [old] = index.platforms;
        assert.ok(old !== undefined);
        const manifest = await world.client().getManifest(repository, old.digest);
        assert.ok(manifest !== undefined);
        const { bytes, mediaType } = manifest;
        await world.client().putManifest(repository, "v2.0.0", bytes, mediaType);
        const moved = { digest: old.digest, platforms: [old] };
        // Signed it is, by the right key: nothing but its name is missing.
        await verify(repository, moved, { version: "dev" });
        const says = /names no version, and it was to be used as v2\.0\.0/;
        await refuses(
          verify(repository, moved, { version: "v2.0.0" }),
          "image-version-mismatch",
          says,
        );
        await refuses(
          verify(repository, moved, { version: "dev", service: "web" }),
          "image-service-mismatch",
          /names no service, and it was to be web/,
        );
      });

      it("misses in the registry what somebody removed of it", async () => {
        const name = `${repository}-removed`;
        const signed = await world.push(name, VERSION, "1.0-1");
        await sign(name, signed, { sboms: true });
        const platforms = signed.platforms.map((one) => ({ ...one, sbom: one.digest }));
        const gone = (): Promise<string | undefined> =>
          goneOf(world.client(), { repository: name, digest: signed.digest, platforms });
        assert.equal(await gone(), undefined);
        const remove = async (digest: string): Promise<void> => {
          for (const { digest: bundle } of await world.client().listReferrers(name, digest)) {
            await world.client().deleteManifest(name, bundle);
          }
        };
        const [first] = signed.platforms;
        await remove(first?.digest ?? "");
        assert.match((await gone()) ?? "", /bill of materials of its linux\/amd64 image$/);
        await remove(signed.digest);
        assert.equal(await gone(), "its signature");
      });

      it("refuses an image without an attested bill of materials", async () => {
        const bare = await world.push(`${repository}-bare`, VERSION, "1.0-1");
        await sign(`${repository}-bare`, bare, { sboms: false });
        await verify(`${repository}-bare`, bare);
        const digest = bare.platforms[0]?.digest ?? "";
        await refuses(
          verify(`${repository}-bare`, bare, { sboms: true }),
          "sbom-missing",
          new RegExp(digest),
        );
      });

      it("refuses a bill of materials of another image, attested by the right key", async () => {
        const lying = await world.push(`${repository}-lying`, VERSION, "1.0-1");
        await sign(`${repository}-lying`, lying, { sboms: false });
        const [told, meant] = lying.platforms;
        assert.ok(told !== undefined && meant !== undefined);
        const file = join(world.folder, "lying.spdx.json");
        writeFileSync(file, await sbomOf(`${repository}-lying`, told.digest, told.platform));
        for (const { digest } of lying.platforms) {
          const image = world.access(`${repository}-lying`, digest);
          await withCosign(image, {}, async (one) => {
            const policy = signPolicy(keys.ours);
            const done = await one.call(digest, (call) => attestArgs(call, policy, file));
            assert.equal(done.code, 0, done.stderr);
          });
        }
        await refuses(
          verify(`${repository}-lying`, lying, { sboms: true }),
          "sbom-subject",
          new RegExp(told.digest),
          new RegExp(meant.digest),
        );
      });

      it("takes the older format, of tags", async () => {
        const old = await world.push(`${repository}-old`, VERSION, "1.0-1");
        const format = ["--new-bundle-format=false", "--use-signing-config=false"];
        const key = ["--yes", "--key", `${keys.ours}.key`, "--tlog-upload=false", ...format];
        await cosign(world.access(`${repository}-old`, old.digest), ["sign", ...key]);
        for (const { platform, digest } of old.platforms) {
          const image = world.access(`${repository}-old`, digest);
          const file = join(world.folder, "old.spdx.json");
          writeFileSync(file, await sbomOf(`${repository}-old`, digest, platform));
          const predicate = ["--type", "spdxjson", "--predicate", file];
          await cosign(image, ["attest", ...predicate, ...key]);
        }
        const tags = await world.client().listTags(`${repository}-old`);
        assert.equal(tags.filter((tag) => /\.(sig|att)$/.test(tag)).length, 3, tags.join(" "));
        await verify(`${repository}-old`, old, { sboms: true });
        await refuses(
          verify(`${repository}-old`, old, { policy: verifyPolicy(keys.theirs) }),
          "image-wrong-signer",
        );
      });

      it("does not call an image unsigned that it could not ask for", async () => {
        const missing = verifyPolicy(join(world.folder, "nobody"));
        await refuses(verify(repository, index, { policy: missing }), "signature-tool", /nobody/);
        const image = world.access(repository, index.digest, { ...PULL, password: "x-pw-1" });
        await refuses(verify(repository, index, { image }), "registry-unauthorized");
      });

      it("waits for nobody's browser where no good token says who signs", async () => {
        process.env["SIGSTORE_ID_TOKEN"] = "";
        process.env["GOOGLE_SERVICE_ACCOUNT_NAME"] = "";
        const signingConfig = join(world.folder, "own-sigstore.json");
        const trustedRoot = join(world.folder, "own-roots.json");
        writeFileSync(signingConfig, JSON.stringify(OWN_SIGSTORE));
        writeFileSync(trustedRoot, JSON.stringify(OWN_ROOTS));
        const policy = { kind: "keyless", signingConfig, trustedRoot } as const;
        const image = world.access(repository, index.digest);
        try {
          await refuses(signImage({ image, platforms: [], policy }), "sign-identity");
          process.env["SIGSTORE_ID_TOKEN"] = "no token";
          const refused = /identity token/;
          await refuses(signImage({ image, platforms: [], policy }), "signature-tool", refused);
          delete process.env["SIGSTORE_ID_TOKEN"];
          const since = Date.now();
          const { code } = await withCosign(image, {}, (one) =>
            one.call(index.digest, (call) => signArgs(call, policy)),
          );
          assert.notEqual(code, 0);
          assert.ok(Date.now() - since < 30_000);
        } finally {
          delete process.env["SIGSTORE_ID_TOKEN"];
          delete process.env["GOOGLE_SERVICE_ACCOUNT_NAME"];
        }
      });

      it("names a key that is not there or does not open", async () => {
        const image = world.access(repository, index.digest);
        const request = { image, platforms: [], policy: signPolicy(join(world.folder, "nobody")) };
        await refuses(signImage(request), "sign-key", /nobody\.key/, /not there/);
        const password = process.env["COSIGN_PASSWORD"];
        process.env["COSIGN_PASSWORD"] = "wrong";
        try {
          const wrong = { ...request, policy: signPolicy(keys.ours) };
          await refuses(signImage(wrong), "sign-key", /COSIGN_PASSWORD/);
          delete process.env["COSIGN_PASSWORD"];
          await refuses(signImage(wrong), "sign-key", /COSIGN_PASSWORD/);
        } finally {
          process.env["COSIGN_PASSWORD"] = password;
        }
      });
    });
  }

  describe("between the lines of cosign", () => {
    it("takes what the other line signed", async function () {
      const [newer, older] = COSIGNS;
      for (const [maker, checker] of [
        [newer, older],
        [older, newer],
      ] as const) {
        const repository = `sign-test/from-${maker.line.replace(" ", "")}`;
        await world.useCosign(this, maker.variable);
        const index = await world.push(repository, VERSION, "1.0-1");
        await sign(repository, index, { sboms: true });
        await world.useCosign(this, checker.variable);
        await verify(repository, index, { sboms: true });
      }
    });
  });

  it("gives a command line that works in a shell, and fails for another key", async function () {
    await world.useCosign(this, undefined);
    const repository = "sign-test/by-hand";
    const index = await world.push(repository, VERSION, "1.0-1");
    await sign(repository, index, { sboms: true });
    const image = world.access(repository, index.digest, PULL);
    const policy = verifyPolicy(keys.ours);
    const { endpoint } = image;
    const line = verifyCommand({ reference: imageName(image), endpoint, policy });
    const others = verifyPolicy(keys.theirs);
    const other = verifyCommand({ reference: imageName(image), endpoint, policy: others });
    await withRegistryLogin(image, async ({ env }) => {
      const done = await run("sh", ["-c", line], { env });
      assert.equal(done.code, 0, done.stderr);
      assert.notEqual((await run("sh", ["-c", other], { env })).code, 0);
    });
  });

  it("puts no password into a tool's arguments", async function () {
    await world.useCosign(this, undefined);
    const repository = "sign-test/arguments";
    const index = await world.push(repository, VERSION, "1.0-1");
    const seen: string[] = [];
    const spy: typeof run = (program, args, options) => {
      seen.push([program, ...args].join(" "));
      return run(program, args, options);
    };
    const image = world.access(repository, index.digest);
    const platforms = [];
    for (const one of index.platforms) {
      const access = { ...image, digest: one.digest };
      const { document } = await makeSbom(access, one.platform, { run: spy });
      platforms.push({ ...one, sbom: document });
    }
    await signImage({ image, platforms, policy: signPolicy(keys.ours) }, { run: spy });
    await verifyImage(
      {
        image,
        platforms: index.platforms.map((one) => ({ ...one, sbom: true })),
        policy: verifyPolicy(keys.ours),
      },
      { run: spy },
    );
    assert.ok(seen.length >= 8, seen.join("\n"));
    for (const line of seen) assert.doesNotMatch(line, new RegExp(`${PUSH.password}|-pw-`));
  });
});
