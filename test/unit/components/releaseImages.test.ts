import assert from "node:assert/strict";
import { RegistryAccess } from "../../../components/botcore/registryAccess";
import type { Registry } from "../../../components/registry/contract";
import { declareImages } from "../../../components/releaseImages";
import type { Policies } from "../../../components/supplyChain/policies";
import type { VersionPlan } from "../../../components/versionPlan";
import type { RegistryAccount } from "../../../lib/resources/registry";
import type { IgnoreEntry } from "../../../lib/resources/supplyChain";
import { parseWith } from "../config/support";
import { allRegistered, recordResources, type Recorder, valueOf } from "../support/mocks";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const [AMD, ARM, INDEX, SBOM] = ["1", "2", "3", "4"].map(digest) as [
  string,
  string,
  string,
  string,
];
const PLATFORMS = ["linux/amd64", "linux/arm64"] as const;

const ACCOUNT: RegistryAccount = {
  endpoint: { server: "registry.example", insecure: false },
  push: { kind: "docker" },
  pull: { kind: "anonymous" },
};

const ignore = (id: string, services?: readonly string[]): IgnoreEntry => ({
  id,
  reason: "not reachable",
  expires: "2030-01-01",
  at: "scan-ignore.yaml:2",
  ...(services === undefined ? {} : { services }),
});

const ALL: Policies = {
  scan: {
    severities: ["HIGH", "CRITICAL"],
    ignoreUnfixed: true,
    ignores: [ignore("CVE-1", ["api"]), ignore("CVE-2", ["web"]), ignore("CVE-3")],
  },
  sbom: true,
  sign: { kind: "key", key: "cosign.key", transparencyLog: false },
  verify: { kind: "key", key: "cosign.pub", transparencyLog: false },
};

const ANSWERS = {
  "botcore:index:RegistryAccess": () => ({}),
  "bot-core:index:ServiceImage": () => ({}),
  "botcore:index:ImageScan": () => ({ counts: {}, ignored: 0, report: SBOM }),
  "botcore:index:ImageSbom": () => ({ attached: SBOM, packages: 3, tool: "1.0.0" }),
  "botcore:index:ImageSignature": () => ({ tool: "3.0.4" }),
  "botcore:index:ImageVerification": () => ({}),
  "botcore:index:ImageTags": () => ({ tags: ["v1", "v1.0.0"] }),
  "botcore:index:ImageIndex": () => ({
    digest: INDEX,
    tags: ["0123456789ab"],
    sizeBytes: 7,
    images: [
      { platform: "linux/amd64", digest: AMD },
      { platform: "linux/arm64", digest: ARM },
    ],
  }),
};

const plan: VersionPlan = {
  version: "v1.0.0",
  services: ["api", "web"].map((service) => ({
    kind: "publish",
    service,
    repository: `shop/${service}`,
    inputsDigest: "c".repeat(64),
    images: PLATFORMS.map((platform) => ({
      kind: "reuse",
      platform,
      inputs: (platform === "linux/amd64" ? "a" : "b").repeat(64),
      digest: platform === "linux/amd64" ? AMD : ARM,
    })),
  })),
  source: { revision: "0123456789abcdef", isDefaultBranch: true, dirty: false },
  staged: Object.fromEntries(
    ["api", "web"].map((service) => [
      service,
      { context: `.build/${service}`, dockerfile: `.build/${service}/Dockerfile`, args: {} },
    ]),
  ),
  recordedTags: { web: ["pb-0ld-amd64"] },
  recordedRepositories: [],
  serverIsThere: true,
  publishes: true,
  publishing: ["web"],
};
const IMAGES = ["api", "web"].flatMap((service) =>
  PLATFORMS.map((platform) => ({ service, platform })),
);

/** As much of a registry as images need of it. */
function registryOf(): Registry {
  const access = new RegistryAccess("access", { registry: ACCOUNT, repositories: [], builds: [] });
  const imageName = (service: string): string => `registry.example/shop/${service}`;
  // declareImages reads nothing else of it.
  return {
    access,
    accountInput: ACCOUNT,
    dockerRegistry: { server: "registry.example" },
    imageName,
  } as unknown as Registry;
}

async function declare(
  policies: Policies,
  preview = false,
): Promise<{ readonly recorder: Recorder; readonly images: ReturnType<typeof declareImages> }> {
  const recorder = await recordResources(ANSWERS, { preview });
  const images = declareImages(parseWith({}), registryOf(), plan, policies);
  return { recorder, images };
}

const shortNames = (recorder: Recorder): string[] =>
  recorder.registrations
    .filter(({ type }) => !/RegistryAccess|ServiceImage/.test(type))
    .map(({ type, name }) => `${type.replace("botcore:index:Image", "")} ${name}`);

describe("the gates of a release", () => {
  it("are declared for every platform, index and service", async () => {
    const { recorder } = await declare(ALL);
    await allRegistered();
    const each = (kind: string, ends: readonly string[]): string[] =>
      ["api", "web"].flatMap((service) => ends.map((end) => `${kind} ${service}-v1.0.0${end}`));
    assert.deepEqual(shortNames(recorder), [
      ...each("Index", [""]),
      ...each("Sbom", ["-amd64", "-arm64"]),
      ...each("Scan", ["-amd64", "-arm64"]),
      ...each("Signature", [""]),
      ...each("Tags", [""]),
      ...each("Verification", [""]),
    ]);
  });

  it("stand before every tag of every service", async () => {
    const { recorder } = await declare(ALL);
    await allRegistered();
    const at = (part: string): number[] =>
      recorder.arrivals.flatMap((arrival, index) => (arrival.includes(part) ? [index] : []));
    const before = (earlier: string, later: string): void => {
      assert.ok(Math.max(...at(earlier)) < Math.min(...at(later)), `${earlier} before ${later}`);
    };
    for (const service of ["api", "web"]) {
      before(`ImageScan ${service}`, `ImageIndex ${service}`);
      before(`ImageSbom ${service}`, `ImageIndex ${service}`);
      before(`ImageIndex ${service}`, `ImageSignature ${service}`);
      before(`ImageSignature ${service}`, `ImageVerification ${service}`);
    }
    before("ImageVerification", "ImageTags");
    assert.equal(at("ImageTags").length, 2);
  });

  it("hand on what they are about, and to each service its own ignores", async () => {
    const { recorder } = await declare(ALL);
    await allRegistered();
    const inputsOf = (type: string, name: string): unknown =>
      recorder.registrations.find((one) => one.type.endsWith(type) && one.name === name)?.inputs;
    const place = { registry: ACCOUNT, repository: "shop/web", service: "web", version: "v1.0.0" };
    const asked = { published: false, images: IMAGES };
    const target = { ...place, platform: "linux/amd64", digest: AMD, ...asked };
    assert.deepEqual(inputsOf("ImageScan", "web-v1.0.0-amd64"), {
      ...target,
      policy: {
        severities: ["HIGH", "CRITICAL"],
        ignoreUnfixed: true,
        ignores: [ignore("CVE-2", ["web"]), ignore("CVE-3")],
      },
    });
    assert.deepEqual(inputsOf("ImageSbom", "web-v1.0.0-amd64"), target);
    const platforms = [
      { platform: "linux/amd64", digest: AMD, sbom: SBOM },
      { platform: "linux/arm64", digest: ARM, sbom: SBOM },
    ];
    const signed = { ...place, digest: INDEX, platforms };
    assert.deepEqual(inputsOf("ImageSignature", "web-v1.0.0"), { ...signed, policy: ALL.sign });
    assert.deepEqual(inputsOf("ImageVerification", "web-v1.0.0"), {
      ...signed,
      policy: ALL.verify,
    });
    assert.deepEqual(inputsOf("ImageTags", "web-v1.0.0"), {
      ...place,
      inputsDigest: "c".repeat(64),
      source: plan.source,
      digest: INDEX,
      keepLocalTags: ["pb-0ld-amd64", "pb-aaaaaaaaaaaa-amd64", "pb-bbbbbbbbbbbb-arm64"],
    });
  });

  it("know of each service whether its version is published", async () => {
    const { recorder } = await declare(ALL);
    await allRegistered();
    const published = recorder.registrations
      .filter(({ type }) => /ImageScan|ImageSbom/.test(type))
      .map(({ name, inputs }) => [name, (inputs as { published: unknown }).published]);
    assert.equal(published.length, 8);
    for (const [name, said] of published) assert.equal(said, String(name).startsWith("api"));
  });

  it("sign without a bill of materials what was published without one", async () => {
    const answers = { ...ANSWERS, "botcore:index:ImageSbom": () => ({}) };
    const recorder = await recordResources(answers, { preview: false });
    declareImages(parseWith({}), registryOf(), plan, ALL);
    await allRegistered();
    for (const { type, inputs } of recorder.registrations) {
      if (!/ImageSignature|ImageVerification/.test(type)) continue;
      assert.deepEqual((inputs as { platforms: unknown }).platforms, [
        { platform: "linux/amd64", digest: AMD },
        { platform: "linux/arm64", digest: ARM },
      ]);
    }
  });

  it("say together which tags a service has", async () => {
    const { images } = await declare(ALL);
    assert.ok(images["web"]?.image);
    assert.deepEqual(await valueOf(images["web"].image), {
      image: `registry.example/shop/web@${INDEX}`,
      digest: INDEX,
      platforms: {
        "linux/amd64": { digest: AMD, inputs: "a".repeat(64), built: false },
        "linux/arm64": { digest: ARM, inputs: "b".repeat(64), built: false },
      },
      sizeBytes: 7,
      tags: ["0123456789ab", "v1", "v1.0.0"],
      revision: "0123456789abcdef",
    });
    await allRegistered();
  });

  it("know in a preview what is scanned, and nothing of the index", async () => {
    const { recorder, images } = await declare(ALL, true);
    assert.ok(images["web"]?.image);
    assert.equal(await valueOf(images["web"].image), undefined);
    assert.deepEqual(await valueOf(images["web"].digests), {
      "linux/amd64": AMD,
      "linux/arm64": ARM,
    });
    await allRegistered();
    assert.equal(shortNames(recorder).length, 16);
  });

  const switchedOff: readonly (readonly [string, Policies, readonly string[]])[] = [
    ["everything", { sbom: false }, ["Index", "Tags"]],
    [
      "signing, where others have signed",
      { sbom: true, ...pick("verify") },
      ["Index", "Sbom", "Tags", "Verification"],
    ],
    ["verification", { sbom: false, ...pick("sign") }, ["Index", "Signature", "Tags"]],
    ["all but the scan", { sbom: false, ...pick("scan") }, ["Index", "Scan", "Tags"]],
  ];
  for (const [what, policies, kinds] of switchedOff) {
    it(`declare nothing else with ${what} switched off`, async () => {
      const { recorder } = await declare(policies);
      await allRegistered();
      const found = shortNames(recorder).map((name) => name.split(" ")[0] ?? "");
      assert.deepEqual([...new Set(found)], kinds);
      const verification = recorder.registrations.find(({ type }) => type.endsWith("Verification"));
      if (verification === undefined) return;
      const { platforms } = verification.inputs as { platforms: readonly object[] };
      // What this run did not sign, it cannot know to be attested.
      assert.ok(platforms.every((platform) => !("sbom" in platform)));
    });
  }
});

function pick<Key extends keyof Policies>(key: Key): Pick<Policies, Key> {
  return { [key]: ALL[key] } as Pick<Policies, Key>;
}
