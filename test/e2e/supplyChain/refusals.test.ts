import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import { REGISTRY_SERVER } from "../../../dev/localRegistry";
import { lookUpVersion } from "../../../lib/images";
import type { PlatformImage } from "../../../lib/resources/imageIndex";
import { publishIndex } from "../../unit/lib/images/publish";
import { pushTinyImage } from "../../unit/lib/images/tinyImage";
import { registry } from "../support/registry";
import { type Lab, missingTools, openLab, PLATFORMS, SERVICES, type Service } from "./lab";
import { botCore, deploy, refuse } from "./steps";

const NO_LOG = ["--allow-http-registry", "--tlog-upload=false", "--use-signing-config=false"];

describe("a release that somebody has touched", function () {
  this.timeout(900_000);
  let lab: Lab;

  before(async function () {
    const reason = missingTools("grype");
    if (reason !== undefined) skip(this, reason);
    lab = await openLab("grype");
    await deploy(lab, "v0.1.0");
  });
  after(async () => {
    await (lab as Lab | undefined)?.close();
  });

  const repositoryOf = (service: Service): string => `${lab.project.namespace}/${service}`;
  const nameOf = (service: Service, digest: string): string =>
    `${REGISTRY_SERVER}/${repositoryOf(service)}@${digest}`;
  const refuses = (version: string, says: RegExp, from = lab.project): Promise<void> =>
    refuse(lab, version, says, from);

  /** Publishes a version of both services past the program. @returns the indexes' digests */
  const publish = async (version: string): Promise<Readonly<Record<Service, string>>> => {
    const digests = {} as Record<Service, string>;
    for (const service of SERVICES) {
      const repository = repositoryOf(service);
      const images: PlatformImage[] = [];
      for (const platform of PLATFORMS) {
        const digest = await pushTinyImage(registry(), repository, platform, version);
        images.push({ platform, digest });
      }
      const published = await publishIndex(registry(), {
        registry: {
          endpoint: { server: REGISTRY_SERVER, insecure: true },
          push: { kind: "docker" },
          pull: { kind: "docker" },
        },
        repository,
        service,
        version,
        images,
        inputsDigest: "f".repeat(64),
        source: { isDefaultBranch: false, dirty: false },
      });
      digests[service] = published.digest;
    }
    return digests;
  };
  const sign = async (key: string, name: string): Promise<void> => {
    await lab.tool("cosign", ["sign", "--yes", "--recursive", "--key", key, ...NO_LOG, name]);
  };
  const put = async (service: Service, tag: string, digest: string): Promise<void> => {
    const repository = repositoryOf(service);
    const manifest = await registry().getManifest(repository, digest);
    assert.ok(manifest);
    await registry().putManifest(repository, tag, manifest.bytes, manifest.mediaType);
  };
  const digestOf = async (service: Service, tag: string): Promise<string> =>
    (await registry().headManifest(repositoryOf(service), tag))?.digest ?? "none";

  it("is refused where it is not signed, every service by its name", async () => {
    await publish("v0.3.0");
    await refuses(
      "v0.3.0",
      /v0\.3\.0 is not deployed:[^]*ai: `\S+@sha256:\w+` is not signed, and it has to be by the key `cosign\.pub`[^]*engine: `\S+` is not signed/,
    );
  });

  it("is refused where somebody else signed it", async () => {
    const digests = await publish("v0.4.0");
    for (const service of SERVICES) await sign("other.key", nameOf(service, digests[service]));
    await refuses("v0.4.0", /the signature of `\S+@sha256:\w+` is not by the key `cosign\.pub`/);
  });

  it("is refused where its tag was moved after its release, with and without this stack's memory", async () => {
    const released = await digestOf("ai", "v0.1.0");
    await put("ai", "v0.1.0", await digestOf("ai", "v0.3.0"));
    await refuses(
      "v0.1.0",
      /`v0\.1\.0` was moved in the registry after this stack released it[^]*ai \(linux\/amd64\): released as sha256:\w+\s+now +sha256:\w+/,
    );
    const elsewhere = await lab.project.clone("022", "empty");
    await refuses("v0.1.0", /`\S+\/ai@sha256:\w+` is not signed/, elsewhere);
    await put("ai", "v0.1.0", released);
  });

  it("is refused where a signed old version stands under a new tag", async () => {
    for (const service of SERVICES) await put(service, "v0.5.0", await digestOf(service, "v0.1.0"));
    await refuses(
      "v0.5.0",
      /is signed as version v0\.1\.0, and it was to be used as v0\.5\.0: somebody may have put an old image under a new tag/,
    );
  });

  it("is refused where one platform's image of a signed old version stands under a new tag", async () => {
    for (const service of SERVICES) {
      const old = await lookUpVersion(registry(), repositoryOf(service), "v0.1.0");
      await put(service, "v0.5.1", old?.platforms[0]?.digest ?? "none");
    }
    await refuses("v0.5.1", /is signed and names no version, and it was to be used as v0\.5\.1/);
  });

  it("is refused where another service's signed index stands in its place", async () => {
    const { engine } = await publish("v0.5.2");
    const index = await registry().getManifest(repositoryOf("engine"), engine);
    assert.ok(index);
    // Its images are in both repositories: they have the same content.
    await registry().putManifest(repositoryOf("ai"), "v0.5.2", index.bytes, index.mediaType);
    for (const service of SERVICES) await sign("cosign.key", nameOf(service, engine));
    await refuses("v0.5.2", /is signed as service engine, and it was to be ai/);
  });

  it("is refused where its bill of materials is of another image, whoever signed that", async () => {
    const digests = await publish("v0.6.0");
    for (const service of SERVICES) await sign("cosign.key", nameOf(service, digests[service]));
    const attested = await lookUpVersion(registry(), repositoryOf("ai"), "v0.6.0");
    const other = await lookUpVersion(registry(), repositoryOf("ai"), "v0.1.0");
    const [image, foreign] = [attested, other].map((one) => one?.platforms[0]?.digest ?? "");
    const document = await lab.tool("syft", [
      ...["scan", `registry:${nameOf("ai", foreign ?? "")}`, "--platform", "linux/amd64"],
      ...["-o", "spdx-json"],
    ]);
    const file = join(lab.project.directory, "lying.spdx.json");
    await writeFile(file, document);
    await lab.tool("cosign", [
      ...["attest", "--yes", "--key", "cosign.key", "--type", "spdxjson", "--predicate", file],
      ...[...NO_LOG, nameOf("ai", image ?? "")],
    ]);
    await refuses(
      "v0.6.0",
      new RegExp(
        `the bill of materials of \`\\S+@${image ?? ""}\` describes ${foreign ?? ""}, not ${image ?? ""}`,
      ),
    );
  });

  it("is told by `images verify` too, beside what is good", async () => {
    const good = await botCore(lab.project, "images", "verify", "v0.1.0", "--stack", "test");
    assert.equal(good.code, 0, good.output);
    for (const service of SERVICES) {
      assert.match(good.output, new RegExp(`^${service}: good$`, "m"));
    }
    const bad = await botCore(lab.project, "images", "verify", "v0.6.0", "--stack", "test");
    assert.equal(bad.code, 1, bad.output);
    assert.match(bad.output, /^ai: refused \(sbom-subject\)$/m);
    assert.match(bad.output, /^engine: good$/m);
  });

  it("leaves what was released good: nothing has to be done for it", async () => {
    await deploy(lab, "v0.1.0");
  });
});
