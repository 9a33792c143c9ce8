import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../lib/errors";
import { type Run, run } from "../../../lib/process/run";
import {
  type ToolOptions,
  imageName,
  publicKeyOf,
  signImage,
  verifyCommand,
  verifyImage,
  withRegistryLogin,
} from "../../../lib/supplyChain";
import { AwsKmsDouble } from "./awsKmsDouble";
import { type KeyStoreDouble, setVariables, tinySbom } from "./keyStoreDouble";
import { COSIGNS, PULL, PUSH, type PushedIndex, SigningWorld } from "./signingWorld";
import { VaultDouble } from "./vaultDouble";

const PORT = 15_781;
const VERSION = "v1.0.0";
const KEYS = ["release", "other"];

/** With the operations that reading a key and signing by it need, as each store calls them. */
const STORES = [
  {
    ...{ name: "Vault", reads: ["keys"], signs: "sign" },
    start: () => VaultDouble.start(KEYS),
  },
  {
    ...{ name: "AWS KMS", reads: ["GetPublicKey", "DescribeKey"], signs: "Sign" },
    start: () => AwsKmsDouble.start(KEYS),
  },
] as const;

describe("a key in a store", function () {
  this.timeout(300_000);
  const world = new SigningWorld();
  let store: KeyStoreDouble;

  before(async function () {
    await world.start(this, "key-store-test-registry", PORT);
  });
  after(() => world.close());

  const policy = (key: string) => ({ kind: "key", key, transparencyLog: false }) as const;

  /** Signs and attests as a release does. */
  const sign = (repository: string, index: PushedIndex, key: string, options?: ToolOptions) =>
    signImage(
      {
        image: world.access(repository, index.digest),
        platforms: index.platforms.map((one) => ({ ...one, sbom: tinySbom(one.digest) })),
        policy: policy(store.reference(key)),
      },
      options,
    );
  /** Verifies as a deployment does: with the login that only pulls. */
  const verify = (repository: string, index: PushedIndex, key: string, options?: ToolOptions) =>
    verifyImage(
      {
        image: world.access(repository, index.digest, PULL),
        version: VERSION,
        platforms: index.platforms.map((one) => ({ ...one, sbom: true })),
        policy: policy(key),
      },
      options,
    );
  /** As the guide says: the public half in a file. */
  const exported = async (key: string): Promise<string> => {
    const { stdout } = await run("cosign", ["public-key", "--key", store.reference(key)]);
    const file = join(world.folder, `${key}.pub`);
    writeFileSync(file, stdout);
    return file;
  };
  const isHidden = (text: string): void => {
    for (const secret of [...store.secrets, PUSH.password, PULL.password]) {
      assert.ok(!text.includes(secret), text);
    }
  };
  const refuses = async (work: Promise<unknown>, code: string, ...words: RegExp[]) => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      for (const word of words) assert.match(error.message, word);
      isHidden(error.message);
      return true;
    });
  };
  /** Runs `work` while the store refuses these operations. */
  const without = async (operations: readonly string[], work: () => Promise<void>) => {
    for (const one of operations) store.forbidden.add(one);
    await work().finally(() => {
      store.forbidden.clear();
    });
  };
  /** Runs `work` with another login, which the store does not know. */
  const asStranger = async (work: () => Promise<void>) => {
    const restore = setVariables(store.wrongEnv);
    await work().finally(restore);
  };

  for (const { line, variable } of COSIGNS) {
    for (const [number, { name, start, reads, signs }] of STORES.entries()) {
      describe(`${name}, by ${line}`, () => {
        const repository = `key-store-test/${line.replace(" ", "")}-${number}`;
        const release = /`\w+:\/\/[^`]*\brelease`/;
        let index: PushedIndex;
        let restore: (() => void) | undefined;

        before(async function () {
          await world.useCosign(this, variable);
          index = await world.push(repository, VERSION, "1.0-1");
          store = await start();
          restore = setVariables(store.env);
          await sign(repository, index, "release");
        });
        after(() => {
          restore?.();
          store.close();
        });
        beforeEach(() => store.asked.splice(0));
        const wasAsked = (...operations: readonly string[]): void => {
          const expected = operations.map((one) => `${one} release`).sort();
          assert.deepEqual([...new Set(store.asked)].sort(), expected);
        };

        it("signs and verifies by one reference, and its login is in no argument", async () => {
          const spy: Run = (program, args, options) => {
            isHidden([program, ...args].join("\n"));
            return run(program, args, options);
          };
          await sign(repository, index, "release", { run: spy });
          wasAsked(...reads, signs);
          store.asked.length = 0;
          const key = publicKeyOf(store.reference("release"));
          await verify(repository, index, key, { run: spy });
          wasAsked(...reads);
        });

        it("verifies by its public half in a file, and asks nobody then", async () => {
          const file = await exported("release");
          store.asked.length = 0;
          await asStranger(() => verify(repository, index, file));
          wasAsked();
          const other = await exported("other");
          await refuses(verify(repository, index, other), "image-wrong-signer", /other\.pub/);
        });

        it("is another one than its neighbour in the store", async () => {
          const other = store.reference("other");
          const words = [new RegExp(index.digest), /is not by the key `\w+:\/\/[^`]*\bother`/];
          await refuses(verify(repository, index, other), "image-wrong-signer", ...words);
        });

        it("is named where it may not be read: nobody calls that another signer", async () => {
          const key = store.reference("release");
          const refused = () =>
            refuses(verify(repository, index, key), "signature-tool", release, /may read it/);
          await without(reads, refused);
          await asStranger(refused);
          const nobody = verify(repository, index, store.reference("nobody"));
          await refuses(nobody, "signature-tool", /\bnobody`/, /check its name/);
          await without([signs, "verify"], () => verify(repository, index, key));
        });

        it("is named where it may not sign", async () => {
          const unsigned = await world.push(`${repository}-unsigned`, VERSION, "1.0-1");
          const attempt = () => sign(`${repository}-unsigned`, unsigned, "release");
          const unusable = () =>
            refuses(attempt(), "sign-key", release, /may use it/, /403|StatusCode: 400/);
          await asStranger(unusable);
          await without(reads, unusable);
          await without([signs], () =>
            refuses(attempt(), "signature-tool", /could not sign/, release, /403|AccessDenied/),
          );
          const key = store.reference("release");
          await refuses(verify(`${repository}-unsigned`, unsigned, key), "image-unsigned", release);
        });

        if (variable !== undefined) return;
        it("verifies by the printed command line as it is", async () => {
          const image = world.access(repository, index.digest, PULL);
          const lineOf = (key: string): string =>
            verifyCommand({
              ...{ reference: imageName(image), endpoint: image.endpoint },
              policy: policy(publicKeyOf(store.reference(key))),
            });
          await withRegistryLogin(image, async ({ env }) => {
            const done = await run("sh", ["-c", lineOf("release")], { env });
            assert.equal(done.code, 0, done.stderr);
            assert.notEqual((await run("sh", ["-c", lineOf("other")], { env })).code, 0);
          });
        });
      });
    }
  }

  it("that Vault rotated verifies what it signed since, and by a file what it signed before", async function () {
    await world.useCosign(this, undefined);
    const vault = await VaultDouble.start(KEYS);
    store = vault;
    const restore = setVariables(vault.env);
    try {
      const key = vault.reference("release");
      const [old, young] = ["key-store-test/old", "key-store-test/young"] as const;
      const before = await world.push(old, VERSION, "1.0-1");
      await sign(old, before, "release");
      const file = await exported("release");
      vault.rotate("release");
      const since = await world.push(young, VERSION, "1.0-1");
      await sign(young, since, "release");
      await verify(young, since, key);
      await refuses(verify(old, before, key), "image-wrong-signer");
      await verify(old, before, file);
    } finally {
      restore();
      vault.close();
    }
  });
});
