import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pushIndex } from "../../../lib/images";
import { OCI_INDEX, OCI_MANIFEST, RegistryClient } from "../../../lib/oci";
import type { RegistryAccount } from "../../../lib/resources/registry";
import type {
  ImageSignatureInputs,
  ImageVerificationInputs,
} from "../../../lib/resources/supplyChain";
import { publicKeyOf } from "../../../lib/supplyChain";
import { SPDX_PREDICATE } from "../../../lib/supplyChain/signature/statements";
import { imageSignature } from "../../../provider/resources/imageSignature";
import { imageVerification } from "../../../provider/resources/imageVerification";
import { pushTinyImage } from "../lib/images/tinyImage";
import { FakeRegistry } from "../lib/oci/fakeRegistry";

const REPOSITORY = "acme/web";
const PREDICATE = "dev.sigstore.bundle.predicateType";
const SIGNATURE = "https://sigstore.dev/cosign/sign/v1";
/** Signs nothing, and finds everything signed. */
const COSIGN = `#!/bin/sh
for last in "$@"; do :; done
case "$1" in
  version) echo "GitVersion: v3.1.3" ;;
  verify) echo "[{\\"critical\\":{\\"type\\":\\"${SIGNATURE}\\",\\"image\\":{\\"docker-manifest-digest\\":\\"\${last##*@}\\"}}}]" ;;
esac
`;

describe("the signature of an index in state", () => {
  let fake: FakeRegistry;
  let folder: string;
  let account: RegistryAccount;
  const lines: string[] = [];
  const context = {
    urn: "urn:pulumi:test::bot-core::botcore:index:ImageSignature::web-v1.0.0",
    report: (line: string) => {
      lines.push(line);
    },
    signal: new AbortController().signal,
  };
  const path = process.env["PATH"];
  beforeEach(async () => {
    lines.length = 0;
    fake = await FakeRegistry.start({ referrers: true });
    const { endpoint } = fake;
    account = { endpoint, push: { kind: "anonymous" }, pull: { kind: "anonymous" } };
    folder = mkdtempSync(join(tmpdir(), "bot-core-signature-"));
    writeFileSync(join(folder, "cosign"), COSIGN);
    chmodSync(join(folder, "cosign"), 0o755);
    process.env["PATH"] = [folder, path].join(delimiter);
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
    await fake.stop();
  });

  const client = (): RegistryClient => new RegistryClient(fake.endpoint, undefined);
  const key = (): string => join(folder, "cosign.key");

  /** As `cosign sign` and `cosign attest` do. @returns the bundle's digest */
  const attach = (digest: string, predicateType: string): Promise<string> => {
    const empty = { mediaType: "application/vnd.oci.empty.v1+json", digest, size: 2 };
    const manifest = {
      ...{ schemaVersion: 2, mediaType: OCI_MANIFEST, config: empty, layers: [empty] },
      artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      subject: { mediaType: OCI_MANIFEST, digest, size: 1 },
      annotations: { [PREDICATE]: predicateType },
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    return client().attachReferrer(REPOSITORY, bytes, OCI_MANIFEST);
  };

  interface Release {
    readonly inputs: ImageSignatureInputs;
    readonly signature: string;
    readonly attestation: string;
  }

  const release = async (): Promise<Release> => {
    const image = await pushTinyImage(client(), REPOSITORY, "linux/amd64", "one");
    const target = { registry: account, repository: REPOSITORY, service: "web", version: "v1.0.0" };
    const { digest } = await pushIndex(client(), {
      ...{ ...target, images: [{ platform: "linux/amd64", digest: image }] },
      inputsDigest: "1".repeat(64),
      source: { isDefaultBranch: true, dirty: false },
    });
    return {
      inputs: {
        ...{ ...target, digest },
        platforms: [{ platform: "linux/amd64", digest: image, sbom: image }],
        policy: { kind: "key", key: key(), transparencyLog: false },
      },
      signature: await attach(digest, SIGNATURE),
      attestation: await attach(image, SPDX_PREDICATE),
    };
  };
  /** The gate behind it, without the list, which no tool makes here. */
  const gate = (inputs: ImageSignatureInputs): ImageVerificationInputs => ({
    ...inputs,
    platforms: inputs.platforms.map(({ platform, digest }) => ({ platform, digest })),
    policy: { kind: "key", key: publicKeyOf(key()), transparencyLog: false },
  });

  /** What a refresh says of signature and verification. */
  const read = async ({ inputs }: Release): Promise<readonly ("there" | "gone")[]> => {
    const outputs = { ...inputs, tool: "3.1.3" };
    const signature = await imageSignature.read?.({ id: "", inputs, outputs }, context);
    const gated = { ...gate(inputs), platforms: inputs.platforms };
    const state = { id: "", inputs: gated, outputs: gated };
    const verification = await imageVerification.read?.(state, context);
    if (signature !== undefined) assert.deepEqual(signature, outputs);
    return [signature, verification].map((one) => (one === undefined ? "gone" : "there"));
  };

  it("stays as long as the registry has it", async () => {
    assert.deepEqual(await read(await release()), ["there", "there"]);
    assert.deepEqual(lines, []);
  });

  for (const referrers of [true, false]) {
    it(`is gone with the signature, the index or an attestation${referrers ? "" : ", also where its list stands under a tag"}`, async () => {
      fake.options = { referrers };
      const unsigned = await release();
      fake.forget(`${REPOSITORY}@${unsigned.signature}`);
      assert.deepEqual(await read(unsigned), ["gone", "gone"]);
      const { digest } = unsigned.inputs;
      const name = `${fake.endpoint.server}/${REPOSITORY}@${digest}`;
      assert.equal(lines[0], `${name}: its signature is no longer in the registry`);
      const unattested = await release();
      fake.forget(`${REPOSITORY}@${unattested.attestation}`);
      assert.deepEqual(await read(unattested), ["gone", "gone"]);
      const unlisted = await release();
      fake.forget(`${REPOSITORY}@${digest}`);
      assert.deepEqual(await read(unlisted), ["gone", "gone"]);
    });
  }

  it("is not gone where the registry does not say so", async () => {
    const signed = await release();
    for (const [status, asked] of [
      [200, "/referrers/"],
      [403, "/referrers/"],
      [401, "/manifests/"],
    ] as const) {
      fake.options.intercept = ({ url }, response) => {
        if (url?.includes(asked) !== true) return false;
        response.writeHead(status, { "content-type": OCI_INDEX }).end("no list");
        return true;
      };
      assert.deepEqual(await read(signed), ["there", "there"], String(status));
      assert.match(lines.at(-1) ?? "", /was not looked at: /);
    }
  });

  /** Puts a pair where the last one was, as `cosign generate-key-pair` does. */
  const makeKey = (): string => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    writeFileSync(key(), "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n");
    writeFileSync(publicKeyOf(key()), pem);
    return pem;
  };

  it("is made and verified anew where a key took the other one's place", async () => {
    const { inputs } = await release();
    const plain = { ...inputs, platforms: gate(inputs).platforms };
    makeKey();
    let { outputs: signed } = await imageSignature.create(plain, context);
    let { outputs: verified } = await imageVerification.create(gate(inputs), context);
    const states = () => ({
      signature: { id: "", inputs: plain, outputs: signed },
      verification: { id: "", inputs: gate(inputs), outputs: verified },
    });
    const changes = async (): Promise<readonly (boolean | undefined)[]> => {
      const { signature, verification } = states();
      const diffs = [
        await imageSignature.diff?.(signature, plain, context),
        await imageVerification.diff?.(verification, gate(inputs), context),
      ];
      return diffs.map((diff) => diff?.changes);
    };
    assert.deepEqual(await changes(), [false, false]);
    const pem = makeKey();
    assert.deepEqual(await changes(), [true, true]);
    const { signature, verification } = states();
    signed = (await imageSignature.update?.(signature, plain, context)) ?? signed;
    verified = (await imageVerification.update?.(verification, gate(inputs), context)) ?? verified;
    assert.deepEqual(await changes(), [false, false]);
    writeFileSync(publicKeyOf(key()), pem.replaceAll("\n", "\r\n"));
    assert.deepEqual(await changes(), [false, false], "another machine's line ends");
  });

  it("is no change where the private key, or either half, is missing", async () => {
    const { inputs } = await release();
    const plain = { ...inputs, platforms: gate(inputs).platforms };
    makeKey();
    const { outputs } = await imageSignature.create(plain, context);
    const verified = await imageVerification.create(gate(inputs), context);
    const isSigned = async (was = outputs): Promise<boolean | undefined> =>
      (await imageSignature.diff?.({ id: "", inputs: plain, outputs: was }, plain, context))
        ?.changes;
    makeKey();
    assert.equal(
      await isSigned({ ...plain, tool: "3.1.3" }),
      false,
      "signed before its digest was kept",
    );
    assert.equal(await isSigned(), true);
    rmSync(key());
    assert.equal(await isSigned(), false, "a machine that cannot sign");
    rmSync(publicKeyOf(key()));
    assert.equal(await isSigned(), false);
    const gated = { id: "", inputs: gate(inputs), outputs: verified.outputs };
    const diff = await imageVerification.diff?.(gated, gate(inputs), context);
    assert.deepEqual(diff, { changes: false });
  });
});
