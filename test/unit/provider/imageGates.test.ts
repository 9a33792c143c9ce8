import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  ImageSbomInputs,
  ImageScanInputs,
  ImageScanOutputs,
  ScanPolicy,
} from "../../../lib/resources/supplyChain";
import type { Context, ResourceProvider } from "../../../provider/resource";
import type { PreviewInputs } from "../../../provider/values";
import { imageSbom } from "../../../provider/resources/imageSbom";
import { imageScan } from "../../../provider/resources/imageScan";
import { ignore, policy } from "../lib/supplyChain/scan/builders";

const DIGEST = `sha256:${"1".repeat(64)}`;
const OTHER = `sha256:${"2".repeat(64)}`;
const ACCEPTED = ignore({ expires: "2999-12-31" });
const POLICY = policy({ ignores: [ACCEPTED] });

const target = (changes: Partial<ImageSbomInputs> = {}): ImageSbomInputs => ({
  registry: {
    endpoint: { server: "registry.example.com", insecure: false },
    push: { kind: "docker" },
    pull: { kind: "docker" },
  },
  ...{ repository: "shop/web", service: "web", version: "v1.0.0", platform: "linux/amd64" },
  ...{ digest: DIGEST, published: false, images: [{ service: "web", platform: "linux/amd64" }] },
  ...changes,
});
const scanOf = (
  scan: ScanPolicy = POLICY,
  changes: Partial<ImageSbomInputs> = {},
): ImageScanInputs => ({ ...target(changes), policy: scan });
const PASSED = { scanner: { name: "trivy", version: "0.69.3" } } as const;

describe("the gates of a platform's image", () => {
  const lines: string[] = [];
  const context: Context = {
    urn: "urn:pulumi:test::bot-core::botcore:index:ImageScan::web-v1.0.0-amd64",
    report: (line: string) => {
      lines.push(line);
    },
    signal: new AbortController().signal,
  };
  const path = process.env["PATH"];
  let empty: string;
  beforeEach(() => {
    lines.length = 0;
    // No tool is on PATH: whatever asks for one says so.
    empty = mkdtempSync(join(tmpdir(), "bot-core-no-tools-"));
    process.env["PATH"] = empty;
  });
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(empty, { recursive: true });
  });

  const changes = async <I extends object, O extends I>(
    provider: ResourceProvider<I, O>,
    inputs: I,
    outputs: O,
    news: I,
  ): Promise<boolean | undefined> =>
    (await provider.diff?.({ id: "", inputs, outputs }, news as PreviewInputs<I>, context))
      ?.changes;
  const isScanned = (old: ImageScanInputs, news: ImageScanInputs): Promise<boolean | undefined> =>
    changes<ImageScanInputs, ImageScanOutputs>(imageScan, old, { ...old, ...PASSED }, news);
  const told = async (news: ImageScanInputs, olds?: ImageScanInputs): Promise<string> =>
    ((await imageScan.check?.(news, context, olds)) ?? []).map(({ message }) => message).join();

  const others: readonly (readonly [string, ScanPolicy])[] = [
    ["an acceptance that is gone", { ...POLICY, ignores: [] }],
    ["an acceptance of another time", { ...POLICY, ignores: [ignore({ expires: "2998-12-31" })] }],
    ["another scanner", { ...POLICY, scanner: "grype" }],
    ["stricter severities", { ...POLICY, severities: ["CRITICAL", "HIGH", "MEDIUM"] }],
    ["unfixed findings too", { ...POLICY, ignoreUnfixed: false }],
  ];
  for (const [what, other] of others) {
    it(`scan again for ${what} while the version is not published, and never after it`, async () => {
      assert.equal(await isScanned(scanOf(), scanOf(other)), true);
      assert.match(await told(scanOf(other), scanOf()), /on PATH/);
      const published = scanOf(other, { published: true });
      assert.equal(await isScanned(scanOf(), published), false);
      assert.equal(await told(published, scanOf()), "");
      assert.equal(await isScanned(scanOf(POLICY, { published: true }), published), false);
    });
  }

  it("ask nothing again for the same policy, in another order or when it is published", async () => {
    const reordered = { ...POLICY, severities: ["HIGH", "CRITICAL"] as const };
    for (const news of [
      scanOf(),
      scanOf(reordered),
      scanOf(POLICY, { published: true }),
      scanOf(POLICY, { images: [] }),
    ]) {
      assert.equal(await isScanned(scanOf(), news), false);
      assert.equal(await told(news, scanOf()), "");
    }
  });

  it("refuse an acceptance that has expired since, until the version is published", async () => {
    const expired = { ...POLICY, ignores: [ignore({ expires: "2020-01-31" })] };
    assert.match(await told(scanOf(expired), scanOf(expired)), /was accepted until 2020-01-31/);
    const published = scanOf(expired, { published: true });
    assert.equal(await told(published, scanOf(expired)), "");
    assert.equal(await isScanned(scanOf(expired), published), false);
  });

  it("ask for another image, also of a version that is published", async () => {
    const news = scanOf(POLICY, { digest: OTHER, published: true });
    assert.equal(await isScanned(scanOf(), news), true);
    assert.match(await told(news, scanOf()), /on PATH/);
    const made = target({ digest: OTHER, published: true });
    const old = target();
    assert.equal(await changes(imageSbom, old, { ...old, attached: DIGEST }, made), true);
  });

  it("leave alone what was published before they were switched on", async () => {
    const published = scanOf(POLICY, { published: true });
    assert.equal(await told(published), "");
    const { id, outputs } = await imageScan.create(published, context);
    assert.equal(id, `registry.example.com/shop/web@${DIGEST}`);
    assert.deepEqual(outputs, published);
    assert.equal(await changes(imageScan, published, outputs, published), false);
    const list = target({ published: true });
    assert.deepEqual(await imageSbom.check?.(list, context, undefined), []);
    const left = await imageSbom.create(list, context);
    assert.deepEqual(left.outputs, list);
    assert.equal(await changes(imageSbom, list, left.outputs, list), false);
    assert.deepEqual(lines, [
      "web v1.0.0 is published already, so it is not scanned",
      "web v1.0.0 is published already, so nothing is attached to it",
    ]);
  });

  it("make up for it when that version is published anew", async () => {
    const [before, list] = [scanOf(POLICY, { published: true }), target({ published: true })];
    assert.equal(await changes(imageScan, before, before, scanOf()), true);
    assert.match(await told(scanOf(), before), /on PATH/);
    assert.equal(await changes(imageSbom, list, list, target()), true);
    assert.match(JSON.stringify(await imageSbom.check?.(target(), context, list)), /`syft`/);
    const made = { ...list, attached: DIGEST };
    assert.equal(await changes(imageSbom, list, made, target()), false);
  });

  it("are asked of every new version", async () => {
    assert.match(await told(scanOf()), /neither `trivy` nor `grype` is on PATH/);
    assert.match(JSON.stringify(await imageSbom.check?.(target(), context, undefined)), /`syft`/);
  });
});
