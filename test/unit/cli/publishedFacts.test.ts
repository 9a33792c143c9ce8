import assert from "node:assert/strict";
import { factsOf } from "../../../cli/publishedFacts";
import { RegistryClient } from "../../../lib/oci";
import { attachReport, SARIF_TYPE } from "../../../lib/supplyChain/reports";
import { pushTinyImage } from "../lib/images/tinyImage";
import { FAST } from "../lib/oci/clientFixture";
import { FakeRegistry } from "../lib/oci/fakeRegistry";

const SEVERE = { ruleId: "A", message: {}, properties: { severity: "HIGH" } };

describe("what the registry knows of a preview's versions", () => {
  let fake: FakeRegistry;
  let client: RegistryClient;

  beforeEach(async () => {
    fake = await FakeRegistry.start();
    client = new RegistryClient(fake.endpoint, undefined, FAST);
  });
  afterEach(() => fake.stop());

  async function publish(version: string, results?: readonly object[]): Promise<void> {
    const digest = await pushTinyImage(client, "n/web", "linux/amd64", version, version);
    if (results === undefined) return;
    const log = { version: "2.1.0", runs: [{ tool: { driver: { name: "trivy" } }, results }] };
    const bytes = Buffer.from(JSON.stringify(log));
    await attachReport(
      client,
      "n/web",
      { digest },
      { artifactType: SARIF_TYPE, bytes, annotations: {} },
    );
  }
  const facts = (now?: string): ReturnType<typeof factsOf> => {
    const service = { name: "web", ...(now === undefined ? {} : { now }) };
    return factsOf(client, [service], "pr-7", (name) => `n/${name}`);
  };

  it("is of the version that runs, where the next one is not published", async () => {
    await publish("v1.0.0", [SEVERE]);
    const { sizesAfter, findings, sizesNow, findingsNow } = await facts("v1.0.0");
    assert.deepEqual([sizesAfter, findings], [{}, {}]);
    assert.deepEqual(findingsNow, { web: "1 high" });
    assert.ok((sizesNow?.["web"] ?? 0) > 0);
  });

  it("is of the next version alone, where that is published", async () => {
    await publish("v1.0.0", [SEVERE]);
    await publish("pr-7", []);
    const { sizesAfter, findings, sizesNow, findingsNow } = await facts("v1.0.0");
    assert.deepEqual([sizesNow, findingsNow], [{}, {}]);
    assert.deepEqual(findings, { web: "none" });
    assert.ok((sizesAfter?.["web"] ?? 0) > 0);
  });

  it("is nothing of findings without a scan, and nothing at all of a new service", async () => {
    await publish("v1.0.0");
    assert.deepEqual((await facts("v1.0.0")).findingsNow, {});
    const nothing = { sizesAfter: {}, findings: {}, sizesNow: {}, findingsNow: {} };
    assert.deepEqual(await facts(), nothing);
  });
});
