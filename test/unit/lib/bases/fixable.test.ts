import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachedFindings, reportedFindings } from "../../../../lib/bases";
import { RegistryClient } from "../../../../lib/oci";
import { attachReport, attachScan, SARIF_TYPE } from "../../../../lib/supplyChain/reports";
import { pushTinyImage } from "../images/tinyImage";
import { FakeRegistry } from "../oci/fakeRegistry";

const result = (ruleId: string, fixedVersion?: string, suppressed = false): object => ({
  ruleId,
  message: {},
  properties: {
    package: "openssl",
    installedVersion: "1",
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
  },
  ...(suppressed ? { suppressions: [{ kind: "external", status: "accepted" }] } : {}),
});

describe("findings that have a fixed version", () => {
  let fake: FakeRegistry;
  let client: RegistryClient;
  beforeEach(async () => {
    fake = await FakeRegistry.start();
    client = new RegistryClient(fake.endpoint, undefined, { retries: 0, timeoutMs: 2000 });
  });
  afterEach(() => fake.stop());

  it("are those of the attached reports, without the accepted ones", async () => {
    const digest = await pushTinyImage(client, "n/web", "linux/amd64", "one", "v1.0.0");
    assert.equal(await attachedFindings(client, "n/web", "v1.0.0"), undefined);
    assert.equal(await attachedFindings(client, "n/web", "v2.0.0"), undefined);
    const results = [result("A", "2"), result("A", "2"), result("B"), result("C", "2", true)];
    const log = { version: "2.1.0", runs: [{ tool: { driver: { name: "trivy" } }, results }] };
    const bytes = Buffer.from(JSON.stringify(log));
    const report = { artifactType: SARIF_TYPE, bytes, annotations: {} };
    await attachReport(client, "n/web", { digest }, report);
    const found = await attachedFindings(client, "n/web", "v1.0.0");
    assert.deepEqual(found, { fixable: 1, findings: 2 });
    const again = Buffer.from(JSON.stringify({ ...log, runs: [{ ...log.runs[0], results: [] }] }));
    const scanner = { name: "trivy", version: "0.69.3" } as const;
    const scan = { report: { scanner }, title: "web-amd64.sarif", sarif: again };
    await attachScan(client, "n/web", digest, scan);
    const newest = await attachedFindings(client, "n/web", "v1.0.0");
    assert.deepEqual(newest, { fixable: 0, findings: 0 }, "the newest scan alone counts");
  });

  it("are those of the project's own reports", () => {
    const directory = mkdtempSync(join(tmpdir(), "bases-reports-"));
    assert.equal(reportedFindings(directory, "web", "v1.0.0"), undefined);
    const folder = join(directory, "reports/v1.0.0");
    mkdirSync(folder, { recursive: true });
    const finding = { severity: "HIGH", package: "p", installedVersion: "1", state: "failing" };
    const report = (service: string, platform: string, fixedVersion: string): object => ({
      schema: 1,
      service,
      version: "v1.0.0",
      platform,
      image: "x",
      scanner: { name: "trivy", version: "1" },
      policy: { severities: ["HIGH"], ignoreUnfixed: false },
      findings: [
        { ...finding, id: "A", fixedVersion },
        { ...finding, id: "B" },
        { ...finding, id: "C", fixedVersion, state: "ignored" },
      ],
    });
    const files = {
      "web-amd64": report("web", "linux/amd64", "2"),
      "web-arm64": report("web", "linux/arm64", "2"),
      "api-amd64": report("api", "linux/amd64", "2"),
      broken: [],
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, `${name}.findings.json`), JSON.stringify(content));
    }
    const found = reportedFindings(directory, "web", "v1.0.0");
    assert.deepEqual(found, { fixable: 1, findings: 2 });
    assert.equal(reportedFindings(directory, "other", "v1.0.0"), undefined);
  });
});
