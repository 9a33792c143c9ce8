import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { UserError } from "../../../../../lib/errors";
import { type Run, run } from "../../../../../lib/process/run";
import type { ImageAccess } from "../../../../../lib/supplyChain/image";
import { scanImage } from "../../../../../lib/supplyChain/scan";
import { policy } from "./builders";
import { FakeTrivy } from "./fakeTrivy";

const DIGEST = `sha256:${"2".repeat(64)}`;
const IMAGE: ImageAccess = {
  endpoint: { server: "registry.example.com", insecure: false },
  credentials: { username: "pull", password: "s3cret-pull" },
  repository: "shop/web",
  digest: DIGEST,
};
const NAME = `registry.example.com/shop/web@${DIGEST}`;
const TRIVY = policy({ scanner: "trivy" });
const NO_WAITS = [1, 1, 1];
const BUSY = "DB error: GET https://mirror.gcr.io/v2/: TOOMANYREQUESTS: retry after 1s";

describe("scanning an image", function () {
  this.timeout(30_000);
  let fake: FakeTrivy;
  beforeEach(() => {
    fake = new FakeTrivy();
  });
  afterEach(() => {
    fake.remove();
  });
  const fails = async (work: Promise<unknown>, code: string, words: RegExp): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
  };
  const commands = (): string[] =>
    fake.calls.map(({ args }) => (args.includes("--download-db-only") ? "database" : args[0]!));

  it("calls trivy with the whole policy in its arguments and no filter of its own", async () => {
    process.env["TRIVY_SEVERITY"] = "CRITICAL";
    process.env["TRIVY_IGNORE_UNFIXED"] = "true";
    process.env["TRIVY_IGNOREFILE"] = "/etc/ignored";
    process.env["TRIVY_EXIT_CODE"] = "1";
    process.env["TRIVY_VEX"] = "/etc/vex.json";
    process.env["TRIVY_DISTRO"] = "debian/99";
    process.env["TRIVY_VULN_SEVERITY_SOURCE"] = "nvd";
    process.env["TRIVY_OF_A_LATER_VERSION"] = "true";
    await scanImage(IMAGE, "linux/arm64", TRIVY);
    const [database, scan, convert] = fake.calls;
    assert.deepEqual(commands(), ["database", "image", "convert", "version"]);
    assert.deepEqual(database?.args, [
      ...["image", "--download-db-only", "--no-progress"],
      ...["--db-repository", "mirror.gcr.io/aquasec/trivy-db:2"],
      ...["--db-repository", "ghcr.io/aquasecurity/trivy-db:2"],
      ...["--db-repository", "public.ecr.aws/aquasecurity/trivy-db:2"],
    ]);
    const { cwd } = scan!;
    assert.deepEqual(scan?.args, [
      "image",
      ...["--image-src", "remote"],
      ...["--platform", "linux/arm64"],
      ...["--scanners", "vuln"],
      ...["--severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"],
      ...["--format", "json", "--output", `${cwd}/trivy.json`],
      ...["--exit-code", "0"],
      ...["--skip-db-update", "--no-progress", "--timeout", "20m"],
      ...["--cache-backend", "memory"],
      ...["--java-db-repository", "mirror.gcr.io/aquasec/trivy-java-db:1"],
      ...["--java-db-repository", "ghcr.io/aquasecurity/trivy-java-db:1"],
      ...["--java-db-repository", "public.ecr.aws/aquasecurity/trivy-java-db:1"],
      NAME,
    ]);
    const converted = ["--format", "sarif", "--output", `${cwd}/trivy.sarif`, `${cwd}/trivy.json`];
    assert.deepEqual(convert?.args, ["convert", ...converted]);
    for (const { env } of fake.calls) {
      assert.deepEqual(env, { TRIVY_SKIP_VERSION_CHECK: "true", TRIVY_DISABLE_TELEMETRY: "true" });
    }
  });

  for (const scanner of ["trivy", "grype"] as const) {
    it(`tells ${scanner} what is kept of its variables, and nobody's keys`, async () => {
      const kept = {
        trivy: { TRIVY_CACHE_DIR: "/cache", TRIVY_INSECURE: "true" },
        grype: { GRYPE_DB_CACHE_DIR: "/cache", GRYPE_DB_VALIDATE_AGE: "false" },
      };
      const withheld = {
        ...{ GRYPE_VEX_DOCUMENTS: "/vex.json", GRYPE_DISTRO: "debian:99", TRIVY_VEX: "repo" },
        ...{ COSIGN_PASSWORD: "s3cret-key", COSIGN_PRIVATE_KEY: "s3cret-key" },
        ...{ SIGSTORE_ID_TOKEN: "s3cret", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s3cret" },
        ...{ PULUMI_CONFIG_PASSPHRASE: "s3cret", VAULT_TOKEN: "s3cret" },
      };
      Object.assign(process.env, withheld, kept[scanner]);
      const seen: Readonly<Record<string, string | undefined>>[] = [];
      const spy: Run = (program, args, options) => {
        if (args[0] === "--version") {
          const stdout = program === "grype" ? "grype 0.121.2" : "Version: 0.69.3";
          return Promise.resolve({ code: 0, stdout, stderr: "" });
        }
        // As `run` makes the environment of a program.
        seen.push({ ...process.env, ...options?.env });
        const code = args.includes("update") || args.includes("--download-db-only") ? 0 : 1;
        return Promise.resolve({ code, stdout: "", stderr: "no" });
      };
      const scan = scanImage(IMAGE, "linux/amd64", policy({ scanner }), { run: spy }, []);
      await fails(scan, "scan-failed", /cannot scan/);
      assert.equal(seen.length, 2);
      for (const env of seen) {
        for (const [name, value] of Object.entries(kept[scanner])) assert.equal(env[name], value);
        const own = scanner.toUpperCase();
        for (const name of Object.keys(withheld)) {
          if (/^(TRIVY|GRYPE)_/.test(name) && !name.startsWith(own)) continue;
          assert.equal(env[name], undefined, name);
        }
      }
    });
  }

  it("logs in by a helper, scans in a folder of its own and removes it", async () => {
    await scanImage(IMAGE, "linux/amd64", TRIVY);
    const scan = fake.calls.find(({ args }) => args.includes(NAME));
    assert.deepEqual(scan?.config, { credHelpers: { "registry.example.com": "botcore" } });
    assert.doesNotMatch(JSON.stringify(fake.calls), /s3cret/);
    assert.notEqual(scan.cwd, process.cwd());
    assert.equal(existsSync(scan.cwd), false);
  });

  it("uses the user's own places and caches of the databases", async () => {
    process.env["TRIVY_DB_REPOSITORY"] = "registry.example.com/trivy-db";
    process.env["TRIVY_JAVA_DB_REPOSITORY"] = "registry.example.com/trivy-java-db";
    process.env["TRIVY_CACHE_BACKEND"] = "redis://cache:6379";
    await scanImage(IMAGE, "linux/amd64", TRIVY);
    const given = fake.calls.flatMap(({ args }) => args);
    for (const flag of ["--db-repository", "--java-db-repository", "--cache-backend"]) {
      assert.equal(given.includes(flag), false, flag);
    }
    assert.equal(fake.calls[0]?.env["TRIVY_DB_REPOSITORY"], "registry.example.com/trivy-db");
  });

  it("tells what trivy found", async () => {
    const report = await scanImage(IMAGE, "linux/amd64", TRIVY);
    assert.deepEqual(report.scanner, { name: "trivy", version: "0.69.3" });
    assert.equal(report.databaseDate, "2026-08-01T06:00:00Z");
    assert.equal(report.sarif.runs[0]?.results?.length, 5);
    const openssl = {
      id: "CVE-2026-0001",
      severity: "CRITICAL",
      installedVersion: "3.5.1-1",
      fixedVersion: "3.5.1-1+deb13u1",
      title: "openssl: out-of-bounds write",
      url: "https://vulnerabilities.example.com/CVE-2026-0001",
    };
    assert.deepEqual(report.findings, [
      { ...openssl, package: "libssl3t64" },
      { ...openssl, package: "openssl" },
      {
        id: "CVE-2026-0002",
        severity: "HIGH",
        package: "perl-base",
        installedVersion: "5.40.1-6",
        title: "Text of several lines.",
      },
      {
        id: "GHSA-aaaa-bbbb-cccc",
        severity: "LOW",
        package: "flask",
        installedVersion: "2.0.0",
        fixedVersion: "2.0.1, 1.9.9",
        title: "flask: a constructed advisory",
        location: "app/.venv/flask-2.0.0.dist-info/METADATA",
      },
      {
        id: "CVE-2026-0003",
        severity: "UNKNOWN",
        package: "requests",
        installedVersion: "2.0.0",
        location: "app/requirements.txt",
      },
    ]);
  });

  it("updates the database once for images that are scanned at once", async () => {
    const platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
    await Promise.all(platforms.map((platform) => scanImage(IMAGE, platform, TRIVY)));
    assert.equal(commands().filter((command) => command === "database").length, 1);
    assert.equal(commands()[0], "database");
    assert.equal(commands().filter((command) => command === "image").length, 3);
  });

  it("updates another database too, where the variables name one", async () => {
    await scanImage(IMAGE, "linux/amd64", TRIVY);
    process.env["TRIVY_CACHE_DIR"] = "/somewhere/else";
    await scanImage(IMAGE, "linux/amd64", TRIVY);
    await scanImage(IMAGE, "linux/amd64", TRIVY);
    assert.equal(commands().filter((command) => command === "database").length, 2);
  });

  it("scans as many images at once as the machine has cores, two at least", async () => {
    const most = Math.max(2, availableParallelism());
    let running = 0;
    const seen: number[] = [];
    const counted: Run = async (program, args, options) => {
      const scans = args[0] === "image" && !args.includes("--download-db-only");
      if (scans) seen.push(++running);
      try {
        return await run(program, args, options);
      } finally {
        if (scans) running--;
      }
    };
    const images = Array.from({ length: most + 2 }, () =>
      scanImage(IMAGE, "linux/amd64", TRIVY, { run: counted }),
    );
    assert.equal((await Promise.all(images)).length, most + 2);
    assert.ok(Math.max(...seen) <= most);
    assert.equal(seen.length, most + 2);
  });

  it("leaves a database alone that the user keeps", async () => {
    process.env["TRIVY_SKIP_DB_UPDATE"] = "true";
    await scanImage(IMAGE, "linux/amd64", TRIVY);
    assert.deepEqual(commands(), ["image", "convert", "version"]);
  });

  it("tries again what may work in a moment, and says so", async () => {
    fake.fail("database", BUSY, BUSY);
    fake.fail("image", "scan error: remote error: unexpected EOF");
    const lines: string[] = [];
    const report = (line: string): void => {
      lines.push(line);
    };
    await scanImage(IMAGE, "linux/amd64", TRIVY, { report }, NO_WAITS);
    assert.equal(commands().filter((command) => command === "database").length, 3);
    assert.equal(commands().filter((command) => command === "image").length, 2);
    assert.match(
      lines[1] ?? "",
      /^trivy's vulnerability database cannot be updated.*again in 1 s$/,
    );
    assert.equal(
      lines.filter((line) => line.startsWith("scanning shop/web (linux/amd64)")).length,
      1,
    );
  });

  it("gives up after some attempts, as a fault and not as a finding", async () => {
    fake.fail("database", BUSY, BUSY, BUSY, BUSY, BUSY);
    const work = scanImage(IMAGE, "linux/amd64", TRIVY, {}, NO_WAITS);
    await fails(
      work,
      "scan-failed",
      /cannot be updated \(with TRIVY_SKIP_DB_UPDATE=true.*\n.*TOOMANY/,
    );
    assert.deepEqual(commands(), ["database", "database", "database", "database"]);
    fake.fail("database");
    await scanImage(IMAGE, "linux/amd64", TRIVY);
  });

  it("does not try again what will not work, and shows no secret", async () => {
    fake.fail("image", "UNAUTHORIZED: the password s3cret-pull of pull is wrong");
    const work = scanImage(IMAGE, "linux/amd64", TRIVY, {}, NO_WAITS);
    await fails(
      work,
      "scan-failed",
      /^trivy cannot scan registry.*\(linux\/amd64\):\n.*\[secret\]/,
    );
    assert.deepEqual(commands(), ["database", "image"]);
  });

  const forms: readonly [string, "json" | "sarif", string][] = [
    ["no JSON", "json", "<html>"],
    ["another schema", "json", '{"SchemaVersion": 3}'],
    ["no SARIF 2.1.0", "sarif", '{"version": "2.0.0", "runs": []}'],
  ];
  for (const [name, end, text] of forms) {
    it(`refuses a report that is ${name}`, async () => {
      fake.answer(end, text);
      const work = scanImage(IMAGE, "linux/amd64", TRIVY, {}, NO_WAITS);
      await fails(work, "scan-failed", /report of trivy 0\.69\.3 is of a form that is not known/);
    });
  }

  it("finds nothing in a report without results", async () => {
    fake.answer("json", '{"SchemaVersion": 2, "ArtifactName": "x"}');
    const { findings } = await scanImage(IMAGE, "linux/amd64", TRIVY);
    assert.deepEqual(findings, []);
  });

  it("does without the database's date", async () => {
    fake.fail("version", "no cache");
    const report = await scanImage(IMAGE, "linux/amd64", TRIVY);
    assert.equal(report.databaseDate, undefined);
  });

  it("ends when it is interrupted", async () => {
    fake.fail("database", BUSY, BUSY);
    const ended = new AbortController();
    const report = (line: string): void => {
      if (line.includes("again")) ended.abort();
    };
    const options = { report, signal: ended.signal };
    const work = scanImage(IMAGE, "linux/amd64", TRIVY, options, [60_000]);
    await fails(work, "program-aborted", /interrupted/);
  });

  it("takes trivy where it is on PATH", async () => {
    const { scanner } = await scanImage(IMAGE, "linux/amd64", policy());
    assert.equal(scanner.name, "trivy");
  });

  it("asks for one of the two where neither is there", async () => {
    const none: Run = (program) =>
      Promise.reject(new UserError(`\`${program}\` is not on PATH`, "program-missing"));
    const options = { run: none };
    await fails(scanImage(IMAGE, "linux/amd64", policy(), options), "tool-missing", /^neither/);
    const only = policy({ scanner: "grype" });
    await fails(scanImage(IMAGE, "linux/amd64", only, options), "tool-missing", /^`grype`/);
  });
});
