import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../lib/errors";
import type { ScannerName } from "../../../lib/resources/supplyChain";
import {
  assertNoneExpired,
  countSarif,
  countsText,
  finishSarif,
  imageName,
  judge,
  parseIgnoreFile,
  refusal,
  scanImage,
} from "../../../lib/supplyChain";
import { CLEAN, CRITICAL, IGNORED, LOW, PULL, ScanWorld, UNFIXED, failsToScan } from "./scanWorld";

const TODAY = "2026-08-01";

/** Where two scanners differ in words; everything else is one contract. */
const SCANNERS: Readonly<
  Record<
    ScannerName,
    {
      readonly port: number;
      readonly database: string;
      readonly npmFile: string;
      readonly url: string;
      readonly rules: readonly [string, string];
      readonly noDatabase: RegExp;
    }
  >
> = {
  grype: {
    port: 15_761,
    database: "GRYPE_DB_CACHE_DIR",
    npmFile: "/app/node_modules/test-low/package.json",
    url: "https://vulnerabilities.example.com/GHSA-test-low0-0001",
    rules: ["CVE-2026-10001-libtest-critical", "GHSA-test-low0-0001-test-low"],
    noDatabase: /database does not exist/,
  },
  trivy: {
    port: 15_762,
    database: "TRIVY_CACHE_DIR",
    npmFile: "app/node_modules/test-low/package.json",
    url: "https://github.com/advisories/GHSA-test-low0-0001",
    rules: ["CVE-2026-10001", "GHSA-test-low0-0001"],
    noDatabase: /--skip-db-update cannot be specified on the first run/,
  },
};

for (const [scanner, own] of Object.entries(SCANNERS) as [
  ScannerName,
  (typeof SCANNERS)[ScannerName],
][]) {
  describe(`scanning images in a real registry by the real ${scanner}`, function () {
    this.timeout(120_000);
    const world = new ScanWorld(scanner);

    before(async function () {
      await world.start(this, `scan-test-registry-${scanner}`, own.port);
    });
    after(() => world.close());

    it("refuses a critical finding, and names the package with its fixed version", async () => {
      const { report } = await world.scanned(CRITICAL);
      const verdict = judge(report.findings, world.policy(), "web", TODAY);
      assert.equal(countsText(verdict.counts), "1 critical");
      const image = { service: "web", version: "v1.0.0", platform: "linux/amd64", reportFile: "r" };
      const { code, message } = refusal(image, report, verdict, TODAY);
      assert.equal(code, "scan-refused");
      assert.match(
        message,
        /CRITICAL {2}CVE-2026-10001 {2}libtest-critical {2}1\.2\.3-4 {4}1\.2\.3-4\+deb13u1\n/,
      );
    });

    it("tells scanner, database and all of a finding", async () => {
      const { report } = await world.scanned(LOW);
      assert.equal(report.scanner.name, scanner);
      assert.match(report.scanner.version, /^\d+\.\d+\.\d+/);
      assert.match(report.databaseDate ?? "", /^\d{4}-\d\d-\d\dT/);
      const [{ title, ...finding } = { title: "" }, ...more] = report.findings;
      assert.deepEqual(more, []);
      assert.deepEqual(finding, {
        id: "GHSA-test-low0-0001",
        severity: "LOW",
        package: "test-low",
        installedVersion: "1.0.0",
        fixedVersion: "2.0.0",
        url: own.url,
        location: own.npmFile,
      });
      assert.equal(title, "An advisory of the tests: a low one of an npm package.");
      assert.deepEqual(judge(report.findings, world.policy(), "web", TODAY).failing, []);
    });

    it("lets a finding without a fixed version pass where the policy says so, and only there", async () => {
      const { report } = await world.scanned(UNFIXED);
      const lenient = judge(report.findings, world.policy(), "web", TODAY);
      assert.deepEqual([lenient.failing.length, lenient.passing.length], [0, 1]);
      const strict = judge(report.findings, world.policy({ ignoreUnfixed: false }), "web", TODAY);
      assert.deepEqual(
        strict.failing.map(({ id }) => id),
        ["CVE-2026-10002"],
      );
    });

    it("finds nothing in an image whose packages are mended, for each platform", async () => {
      for (const platform of ["linux/amd64", "linux/arm64"]) {
        const { report } = await world.scanned(CLEAN, platform);
        assert.deepEqual(report.findings, [], platform);
      }
    });

    it("lets an accepted finding pass, as a suppression with its reason", async () => {
      const { report } = await world.scanned({ ...CRITICAL, ...LOW });
      const ignores = parseIgnoreFile(IGNORED, "scan-ignore.yaml");
      const verdict = judge(report.findings, world.policy({ ignores }), "web", TODAY);
      assert.deepEqual(verdict.failing, []);
      const subject = { service: "web", platform: "linux/amd64" };
      const bytes = finishSarif(report, verdict, subject);
      const { runs } = JSON.parse(bytes.toString("utf8")) as {
        runs: {
          automationDetails: unknown;
          results: { ruleId: string; suppressions?: unknown }[];
        }[];
      };
      const suppression = {
        kind: "external",
        status: "accepted",
        justification: "not reachable here (until 2026-12-31, scan-ignore.yaml:2)",
      };
      assert.deepEqual(
        runs[0]!.results.map(({ ruleId, suppressions }) => [ruleId, suppressions]),
        [
          [own.rules[0], [suppression]],
          [own.rules[1], undefined],
        ],
      );
      assert.deepEqual(runs[0]!.automationDetails, { id: `${scanner}/web/linux-amd64/` });
      assert.equal(countsText(countSarif(bytes)), "1 low");
    });

    it("refuses an accepted finding after its last day", async () => {
      const { report } = await world.scanned(CRITICAL);
      const ignores = parseIgnoreFile(IGNORED, "scan-ignore.yaml");
      const { failing } = judge(report.findings, world.policy({ ignores }), "web", "2027-01-01");
      assert.equal(failing.length, 1);
      assert.throws(
        () => {
          assertNoneExpired(ignores, "2027-01-01");
        },
        (error) => {
          assert.ok(error instanceof UserError && error.code === "scan-ignore-expired");
          assert.match(
            error.message,
            /scan-ignore\.yaml:2: `CVE-2026-10001` in `libtest-critical`/,
          );
          return true;
        },
      );
    });

    it("asks nothing but the policy: what its own files and variables leave out counts too", async () => {
      const filters = {
        TRIVY_SEVERITY: "LOW",
        TRIVY_IGNORE_UNFIXED: "true",
        TRIVY_IGNORE_STATUS: "fixed,affected",
        TRIVY_PKG_TYPES: "library",
        GRYPE_ONLY_NOTFIXED: "true",
        GRYPE_IGNORE_STATES: "fixed,not-fixed",
      };
      await world.withEnvironment({ ...filters, ...world.database.env }, async () => {
        const { report } = await world.scanned({
          deb: { ...CRITICAL.deb, ...UNFIXED.deb },
          ...LOW,
        });
        const ids = report.findings.map(({ id }) => id).sort();
        assert.deepEqual(ids, ["CVE-2026-10001", "CVE-2026-10002", "GHSA-test-low0-0001"]);
      });
    });

    it("scans several images at once", async () => {
      const all = await Promise.all(
        [CRITICAL, UNFIXED, LOW, CLEAN].map(async (packages) => {
          const { report } = await world.scanned(packages);
          return report.findings.length;
        }),
      );
      assert.deepEqual(all, [1, 1, 1, 0]);
    });

    it("has no findings but a fault for an image that is not there", async () => {
      const image = world.access(`sha256:${"0".repeat(64)}`);
      await failsToScan(
        scanImage(image, "linux/amd64", world.policy()),
        new RegExp(`^${scanner} cannot scan ${imageName(image)}.*\\n.*MANIFEST_UNKNOWN`, "s"),
      );
    });

    it("has no findings but a fault for a wrong login", async () => {
      const credentials = { ...PULL, password: "wrong-pw-1" };
      const image = { ...(await world.push(CLEAN)), credentials };
      await failsToScan(
        scanImage(image, "linux/amd64", world.policy()),
        new RegExp(`^${scanner} cannot scan .*\\n.*(UNAUTHORIZED|401)`, "s"),
      );
    });

    it("has no findings but a fault where there is no database", async () => {
      const image = await world.push(CLEAN);
      const nowhere = { [own.database]: join(tmpdir(), "bot-core-no-database") };
      await world.withEnvironment(nowhere, () =>
        failsToScan(scanImage(image, "linux/amd64", world.policy()), own.noDatabase),
      );
    });
  });
}
