import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryClient } from "../../../lib/oci";
import {
  SARIF_TYPE,
  attachReport,
  findReports,
  findingsReport,
  finishSarif,
  imageName,
  judge,
  readReport,
  reportName,
  writeReport,
  writeSummary,
} from "../../../lib/supplyChain";
import { CRITICAL, LOW, PULL, ScanWorld } from "./scanWorld";

const PORT = 15_765;
const TODAY = "2026-08-01";

describe("reports of scans in a real registry", function () {
  this.timeout(120_000);
  const world = new ScanWorld("grype");

  before(async function () {
    await world.start(this, "reports-test-registry", PORT);
  });
  after(() => world.close());

  it("are attached to the image, where they are found again byte by byte", async () => {
    const { image, report } = await world.scanned(CRITICAL);
    const verdict = judge(report.findings, world.policy(), "web", TODAY);
    const bytes = finishSarif(report, verdict, { service: "web", platform: "linux/amd64" });
    const attached = { artifactType: SARIF_TYPE, bytes, annotations: { scanner: "grype" } };
    const { client, repository } = world;
    const subject = { digest: image.digest };
    const digest = await attachReport(client, repository, subject, attached);
    assert.equal(await attachReport(client, repository, subject, attached), digest);
    const reader = new RegistryClient(image.endpoint, PULL);
    const found = await findReports(reader, repository, image.digest, SARIF_TYPE);
    assert.deepEqual(
      found.map((referrer) => referrer.digest),
      [digest],
    );
    assert.deepEqual(await readReport(reader, repository, digest), bytes);
  });

  it("of a version are written with their summary", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "bot-core-scan-test-")), "v1.0.0");
    try {
      for (const platform of ["linux/amd64", "linux/arm64"]) {
        const { image, report } = await world.scanned({ ...CRITICAL, ...LOW }, platform);
        const policy = world.policy();
        const verdict = judge(report.findings, policy, "web", TODAY);
        const subject = { service: "web", platform, version: "v1.0.0", image: imageName(image) };
        const sarif = finishSarif(report, verdict, subject);
        writeReport(folder, reportName("web", platform, "sarif"), sarif);
        const model = findingsReport(subject, report, policy, verdict);
        writeReport(folder, reportName("web", platform, "findings.json"), model);
        await writeSummary(folder);
      }
      const expected = ["findings.json", "sarif"].flatMap((end) => [
        `web-amd64.${end}`,
        `web-arm64.${end}`,
      ]);
      assert.deepEqual(
        readdirSync(folder).sort(),
        [...expected, "summary.html", "summary.md"].sort(),
      );
      assert.match(readFileSync(join(folder, "summary.md"), "utf8"), /2 of 2 images refused/);
    } finally {
      rmSync(join(folder, ".."), { recursive: true });
    }
  });
});
