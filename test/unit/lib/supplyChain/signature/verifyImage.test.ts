import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import { pushIndex } from "../../../../../lib/images";
import { RegistryClient } from "../../../../../lib/oci";
import { verifyImage } from "../../../../../lib/supplyChain";
import { verifyRelease } from "../../../../../lib/supplyChain/verifyRelease";
import { pushTinyImage } from "../../images/tinyImage";
import { FakeRegistry } from "../../oci/fakeRegistry";
import { fakeRun } from "../recorded";

const REPOSITORY = "acme/web";
const ANYBODY = { kind: "anonymous" } as const;
const POLICY = { kind: "key", key: "cosign.pub", transparencyLog: false } as const;
const SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

/** The signer's signature is on everything, as `cosign sign --recursive` leaves it. */
const { run } = fakeRun(([, command, ...rest]) => {
  if (command === "version") return { stdout: "GitVersion: v3.1.3" };
  const [, digest] = rest.at(-1)?.split("@") ?? [];
  const image = { "docker-manifest-digest": digest };
  return command === "verify"
    ? { stdout: JSON.stringify([{ critical: { type: SIGNATURE, image } }]) }
    : { code: 10 };
});

describe("verifying what the right signer signed", () => {
  let fake: FakeRegistry;
  let child = "";
  before(async () => {
    fake = await FakeRegistry.start();
    child = await pushTinyImage(client(), REPOSITORY, "linux/amd64", "one");
  });
  after(() => fake.stop());

  const client = (): RegistryClient => new RegistryClient(fake.endpoint, undefined);
  const push = async (service: string, version: string): Promise<string> => {
    const { digest } = await pushIndex(client(), {
      registry: { endpoint: fake.endpoint, push: ANYBODY, pull: ANYBODY },
      ...{ repository: REPOSITORY, service, version },
      images: [{ platform: "linux/amd64", digest: child }],
      inputsDigest: "1".repeat(64),
      source: { isDefaultBranch: true, dirty: false },
    });
    return digest;
  };
  /** @returns the refusal's code; empty: none */
  const verify = async (digest: string, version: string): Promise<string> => {
    const image = { endpoint: fake.endpoint, credentials: undefined, repository: REPOSITORY };
    const platforms = [{ platform: "linux/amd64", digest: child, sbom: "if-attested" as const }];
    const request = { image: { ...image, digest }, service: "web", version, platforms };
    try {
      await verifyImage({ ...request, policy: POLICY }, { run });
      return "";
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.code;
    }
  };

  it("takes the index of that service and version alone", async () => {
    const index = await push("web", "v1.0.0");
    assert.equal(await verify(index, "v1.0.0"), "");
    assert.equal(await verify(index, "dev"), "");
    assert.equal(await verify(index, "v2.0.0"), "image-version-mismatch");
  });

  it("refuses one platform's image under a new tag, which is signed too", async () => {
    assert.equal(await verify(child, "v2.0.0"), "image-version-mismatch");
    assert.equal(await verify(child, "dev"), "image-service-mismatch");
  });

  it("refuses another service's index of the same version", async () => {
    const other = await push("engine", "v3.0.0");
    assert.equal(await verify(other, "v3.0.0"), "image-service-mismatch");
  });

  it("asks a release's images for the service that they are to be", async () => {
    const repository = `${fake.endpoint.server}/${REPOSITORY}`;
    const digest = await push("engine", "v4.0.0");
    const platforms = [{ platform: "linux/amd64", digest: child }];
    const release = (service: string) => ({
      version: "v4.0.0",
      images: { [service]: { repository, digest, platforms } },
      registry: { endpoint: fake.endpoint, push: ANYBODY, pull: ANYBODY },
      verify: { endpoint: fake.endpoint, pull: ANYBODY, policy: POLICY },
    });
    await verifyRelease(release("engine"), ["engine"], { run });
    await assert.rejects(verifyRelease(release("web"), ["web"], { run }), {
      code: "image-service-mismatch",
      message: /signed as service engine, and it was to be web/,
    });
  });
});
