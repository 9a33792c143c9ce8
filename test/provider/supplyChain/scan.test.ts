import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  type TestRegistry,
  startTestRegistry,
} from "../../../dev/localRegistry";
import { skip } from "../../../dev/skip";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { UserError } from "../../../lib/errors";
import { RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import type { ScanPolicy } from "../../../lib/resources/supplyChain";
import {
  type ImageAccess,
  SARIF_TYPE,
  type ScanReport,
  assertNoneExpired,
  attachReport,
  countSarif,
  countsText,
  findReports,
  findingsReport,
  finishSarif,
  imageName,
  judge,
  parseIgnoreFile,
  readReport,
  refusal,
  reportName,
  scanImage,
  writeReport,
  writeSummary,
} from "../../../lib/supplyChain";
import { forgetDatabases } from "../../../lib/supplyChain/scan/scanImage";
import { DatabaseServer } from "./databaseServer";
import { type Packages, pushPackages } from "./packagesImage";
import { type VulnerabilityDb, databaseMaker, makeVulnerabilityDb } from "./vulnerabilityDb";

const PORT = 15_741;
const REPOSITORY = "scan-test/web";
const TODAY = "2026-08-01";
const PUSH = { username: "push", password: "push-pw-5b2f" };
const PULL = { username: "pull", password: "pull-pw-a5c0" };
const CRITICAL: Packages = { deb: { "libtest-critical": "1.2.3-4" } };
const UNFIXED: Packages = { deb: { "libtest-unfixed": "1.0-1" } };
const LOW: Packages = { npm: { "test-low": "1.0.0" } };
const CLEAN: Packages = {
  deb: { "libtest-critical": "1.2.3-4+deb13u1" },
  npm: { "test-low": "2.0.0" },
};
const IGNORED = `ignores:
  - {id: CVE-2026-10001, reason: not reachable here, expires: 2026-12-31, package: libtest-critical}
`;

describe("scanning images in a real registry by the real grype", function () {
  this.timeout(120_000);
  let registry: TestRegistry | undefined;
  let database: VulnerabilityDb | undefined;
  let client: RegistryClient;
  const before_ = { ...process.env };

  before(async function () {
    const docker = (await findDockerCli()) ?? "";
    const up = docker !== "" && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
    if (!up) skip(this, `the dev registry ${REGISTRY_CONTAINER} is not set up`);
    const grype = await run("grype", ["--version"]).catch(() => undefined);
    if (grype?.code !== 0) skip(this, "no grype on PATH");
    const maker = databaseMaker();
    if (maker === undefined) skip(this, "no maker of vulnerability databases");
    database = await makeVulnerabilityDb(maker);
    Object.assign(process.env, database.env);
    registry = await startTestRegistry({
      name: "scan-test-registry",
      port: PORT,
      users: [
        tokenUser(PUSH.username, PUSH.password, EVERYTHING),
        tokenUser(PULL.username, PULL.password, PULL_ONLY),
      ],
    });
    client = new RegistryClient({ server: registry.server, insecure: true }, PUSH);
  });
  after(async () => {
    for (const name of Object.keys(database?.env ?? {})) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before_);
    database?.remove();
    await registry?.close();
  });

  const policy = (changes: Partial<ScanPolicy> = {}): ScanPolicy => ({
    scanner: "grype",
    severities: ["HIGH", "CRITICAL"],
    ignoreUnfixed: true,
    ignores: [],
    ...changes,
  });
  const access = (digest: string): ImageAccess => ({
    endpoint: { server: registry!.server, insecure: true },
    credentials: PULL,
    repository: REPOSITORY,
    digest,
  });
  async function scanned(
    packages: Packages,
    platform = "linux/amd64",
  ): Promise<{ image: ImageAccess; report: ScanReport }> {
    const image = access(await pushPackages(client, REPOSITORY, platform, packages));
    return { image, report: await scanImage(image, platform, policy()) };
  }

  it("refuses a critical finding, and names the package with its fixed version", async () => {
    const { report } = await scanned(CRITICAL);
    const verdict = judge(report.findings, policy(), "web", TODAY);
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
    const { report } = await scanned(LOW);
    assert.equal(report.scanner.name, "grype");
    assert.match(report.scanner.version, /^\d+\.\d+\.\d+/);
    assert.match(report.databaseDate ?? "", /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(report.findings, [
      {
        id: "GHSA-test-low0-0001",
        severity: "LOW",
        package: "test-low",
        installedVersion: "1.0.0",
        fixedVersion: "2.0.0",
        title: "An advisory of the tests: a low one of an npm package.",
        url: "https://vulnerabilities.example.com/GHSA-test-low0-0001",
        location: "/app/node_modules/test-low/package.json",
      },
    ]);
    assert.deepEqual(judge(report.findings, policy(), "web", TODAY).failing, []);
  });

  it("lets a finding without a fixed version pass where the policy says so, and only there", async () => {
    const { report } = await scanned(UNFIXED);
    const lenient = judge(report.findings, policy(), "web", TODAY);
    assert.deepEqual([lenient.failing.length, lenient.passing.length], [0, 1]);
    const strict = judge(report.findings, policy({ ignoreUnfixed: false }), "web", TODAY);
    assert.deepEqual(
      strict.failing.map(({ id }) => id),
      ["CVE-2026-10002"],
    );
  });

  it("finds nothing in an image whose packages are mended, for each platform", async () => {
    for (const platform of ["linux/amd64", "linux/arm64"]) {
      const { report } = await scanned(CLEAN, platform);
      assert.deepEqual(report.findings, [], platform);
    }
  });

  it("lets an accepted finding pass, as a suppression with its reason", async () => {
    const { report } = await scanned({ ...CRITICAL, ...LOW });
    const ignores = parseIgnoreFile(IGNORED, "scan-ignore.yaml");
    const verdict = judge(report.findings, policy({ ignores }), "web", TODAY);
    assert.deepEqual(verdict.failing, []);
    const subject = { service: "web", platform: "linux/amd64" };
    const bytes = finishSarif(report, verdict, subject);
    const { runs } = JSON.parse(bytes.toString("utf8")) as {
      runs: { automationDetails: unknown; results: { ruleId: string; suppressions?: unknown }[] }[];
    };
    const suppression = {
      kind: "external",
      status: "accepted",
      justification: "not reachable here (until 2026-12-31, scan-ignore.yaml:2)",
    };
    assert.deepEqual(
      runs[0]!.results.map(({ ruleId, suppressions }) => [ruleId, suppressions]),
      [
        ["CVE-2026-10001-libtest-critical", [suppression]],
        ["GHSA-test-low0-0001-test-low", undefined],
      ],
    );
    assert.deepEqual(runs[0]!.automationDetails, { id: "grype/web/linux-amd64/" });
    assert.equal(countsText(countSarif(bytes)), "1 low");
  });

  it("refuses an accepted finding after its last day", async () => {
    const { report } = await scanned(CRITICAL);
    const ignores = parseIgnoreFile(IGNORED, "scan-ignore.yaml");
    const { failing } = judge(report.findings, policy({ ignores }), "web", "2027-01-01");
    assert.equal(failing.length, 1);
    assert.throws(
      () => {
        assertNoneExpired(ignores, "2027-01-01");
      },
      (error) => {
        assert.ok(error instanceof UserError && error.code === "scan-ignore-expired");
        assert.match(error.message, /scan-ignore\.yaml:2: `CVE-2026-10001` in `libtest-critical`/);
        return true;
      },
    );
  });

  it("attaches the report to the image, where it is found again byte by byte", async () => {
    const { image, report } = await scanned(CRITICAL);
    const verdict = judge(report.findings, policy(), "web", TODAY);
    const bytes = finishSarif(report, verdict, { service: "web", platform: "linux/amd64" });
    const attached = { artifactType: SARIF_TYPE, bytes, annotations: { scanner: "grype" } };
    const subject = { digest: image.digest };
    const digest = await attachReport(client, REPOSITORY, subject, attached);
    assert.equal(await attachReport(client, REPOSITORY, subject, attached), digest);
    const reader = new RegistryClient(image.endpoint, PULL);
    const found = await findReports(reader, REPOSITORY, image.digest, SARIF_TYPE);
    assert.deepEqual(
      found.map((referrer) => referrer.digest),
      [digest],
    );
    assert.deepEqual(await readReport(reader, REPOSITORY, digest), bytes);
  });

  it("writes the reports of a version and their summary", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "bot-core-scan-test-")), "v1.0.0");
    try {
      for (const platform of ["linux/amd64", "linux/arm64"]) {
        const { image, report } = await scanned({ ...CRITICAL, ...LOW }, platform);
        const verdict = judge(report.findings, policy(), "web", TODAY);
        const subject = { service: "web", platform, version: "v1.0.0", image: imageName(image) };
        const sarif = finishSarif(report, verdict, subject);
        writeReport(folder, reportName("web", platform, "sarif"), sarif);
        const model = findingsReport(subject, report, policy(), verdict);
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

  it("scans several images at once", async () => {
    const all = await Promise.all(
      [CRITICAL, UNFIXED, LOW, CLEAN].map(async (packages) => {
        const { report } = await scanned(packages);
        return report.findings.length;
      }),
    );
    assert.deepEqual(all, [1, 1, 1, 0]);
  });

  const faults: readonly [string, () => Promise<ImageAccess>, RegExp][] = [
    [
      "an image that is not there",
      () => Promise.resolve(access(`sha256:${"0".repeat(64)}`)),
      /^grype cannot scan localhost:15741\/scan-test\/web@sha256:0000.*\n.*MANIFEST_UNKNOWN/s,
    ],
    [
      "a wrong login",
      async () => {
        const digest = await pushPackages(client, REPOSITORY, "linux/amd64", CLEAN);
        return { ...access(digest), credentials: { ...PULL, password: "wrong-pw-1" } };
      },
      /^grype cannot scan .*\n.*(UNAUTHORIZED|401)/s,
    ],
  ];
  for (const [name, image, words] of faults) {
    it(`has no findings but a fault for ${name}`, async () => {
      await assert.rejects(scanImage(await image(), "linux/amd64", policy()), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, "scan-failed", error.message);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /-pw-/);
        return true;
      });
    });
  }

  describe("with a database that is fetched", () => {
    let server: DatabaseServer;
    let cache: string;
    beforeEach(async () => {
      server = await DatabaseServer.start(database!.file);
      cache = mkdtempSync(join(tmpdir(), "bot-core-grype-cache-"));
      process.env["GRYPE_DB_CACHE_DIR"] = cache;
      process.env["GRYPE_DB_UPDATE_URL"] = server.url;
      process.env["GRYPE_DB_AUTO_UPDATE"] = "true";
      forgetDatabases();
    });
    afterEach(async () => {
      delete process.env["GRYPE_DB_UPDATE_URL"];
      Object.assign(process.env, database!.env);
      rmSync(cache, { recursive: true, force: true });
      await server.close();
    });

    it("fetches it once for images that are scanned at once, and again after a 429", async () => {
      server.refusals = 2;
      const digest = await pushPackages(client, REPOSITORY, "linux/amd64", LOW);
      const lines: string[] = [];
      const report = (line: string): void => {
        lines.push(line);
      };
      const reports = await Promise.all(
        [1, 2, 3].map(() =>
          scanImage(access(digest), "linux/amd64", policy(), { report }, [100, 100]),
        ),
      );
      assert.deepEqual(
        reports.map(({ findings }) => findings.length),
        [1, 1, 1],
      );
      assert.deepEqual([server.listings, server.downloads], [3, 1]);
      assert.equal(lines.filter((line) => line.endsWith("trying again in 1 s")).length, 2);
    });

    it("has no findings but a fault where it cannot be had", async () => {
      server.refusals = Infinity;
      const digest = await pushPackages(client, REPOSITORY, "linux/amd64", CLEAN);
      const work = scanImage(access(digest), "linux/amd64", policy(), {}, [1]);
      await assert.rejects(work, (error) => {
        assert.ok(error instanceof UserError && error.code === "scan-failed", String(error));
        assert.match(error.message, /^grype's vulnerability database cannot be updated.*\n.*429/s);
        assert.equal(server.listings, 2);
        return true;
      });
    });
  });

  it("has no findings but a fault where there is no database", async () => {
    const digest = await pushPackages(client, REPOSITORY, "linux/amd64", CLEAN);
    process.env["GRYPE_DB_CACHE_DIR"] = join(tmpdir(), "bot-core-no-database");
    try {
      await assert.rejects(scanImage(access(digest), "linux/amd64", policy()), (error) => {
        assert.ok(error instanceof UserError && error.code === "scan-failed", String(error));
        assert.match(error.message, /database does not exist/);
        return true;
      });
    } finally {
      Object.assign(process.env, database!.env);
    }
  });
});
