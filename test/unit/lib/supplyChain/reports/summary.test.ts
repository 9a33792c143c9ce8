import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { ScanPolicy } from "../../../../../lib/resources/supplyChain";
import {
  findingsReport,
  reportName,
  writeReport,
  writeSummary,
} from "../../../../../lib/supplyChain/reports";
import { type ScanFinding, judge } from "../../../../../lib/supplyChain/scan";
import {
  html,
  markdownCode,
  markdownText,
  webAddress,
} from "../../../../../lib/supplyChain/reports/escape";
import { TODAY, finding, ignore, policy, unfixed } from "../scan/builders";

const HOSTILE = [
  '<img src=x onerror="alert(1)">',
  "</title><script>alert(1)</script>",
  "a|b`c`[d](javascript:alert(1))",
  "' onmouseover='alert(1)",
  "<!-- -->&lt;\u202e\u0000x\n\n# title",
];

describe("the summary of a version's reports", () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "bot-core-summary-")), "v1.0.0");
  });
  afterEach(() => {
    rmSync(join(folder, ".."), { recursive: true });
  });
  const text = (name: "summary.md" | "summary.html"): string =>
    readFileSync(join(folder, name), "utf8");

  function report(
    found: readonly ScanFinding[],
    by: ScanPolicy = policy(),
    service = "web",
    platform = "linux/amd64",
  ): void {
    const scanner = { name: "grype" as const, version: "0.121.2" };
    const sarif = { version: "2.1.0" as const, runs: [] };
    const scan = { scanner, databaseDate: "2026-07-31T06:00:00Z", findings: found, sarif };
    const image = `registry.example.com/${service}@sha256:${"1".repeat(64)}`;
    const subject = { service, version: "v1.0.0", platform, image };
    const verdict = judge(found, by, service, TODAY);
    const name = reportName(service, platform, "findings.json");
    writeReport(folder, name, findingsReport(subject, scan, by, verdict));
  }

  it("names what failed, what was accepted until when, and what passed", async () => {
    const found = [
      finding(),
      finding({ id: "CVE-2026-2", severity: "HIGH" }),
      unfixed({ id: "CVE-2026-3", severity: "HIGH", package: "perl" }),
    ];
    const by = policy({ ignores: [ignore({ id: "CVE-2026-2" })] });
    report(found, by);
    report(found, by, "web", "linux/arm64");
    const packages = [
      { SPDXID: "image", primaryPackagePurpose: "CONTAINER" },
      { SPDXID: "a" },
      { SPDXID: "b" },
    ];
    const creationInfo = { creators: ["Organization: x", "Tool: syft-1.57.0"] };
    writeReport(folder, "web-amd64.spdx.json", JSON.stringify({ packages, creationInfo }));
    writeReport(folder, "web-amd64.sarif", "{}");
    await writeSummary(folder);
    assert.equal(
      text("summary.md"),
      `# Scan and contents of \`v1.0.0\`

2 of 2 images refused by the scan.

Findings that stop a release: critical or high, with a fixed version.

| Service | Platform | Scan | Critical | High | Medium | Low | Unknown | Accepted | Contents | Scanner |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| \`web\` | linux/amd64 | **refused** | 1 | 1 | 0 | 0 | 0 | 1 | 2 packages by syft 1.57.0 | grype 0.121.2, database of 2026-07-31 |
| \`web\` | linux/arm64 | **refused** | 1 | 1 | 0 | 0 | 0 | 1 | – | grype 0.121.2, database of 2026-07-31 |

## Failing

| Severity | Finding | Package | Installed | Fixed in | Image |
| --- | --- | --- | --- | --- | --- |
| Critical | \`CVE-2026-0001\` | \`openssl\` | \`3.0.1\` | \`3.0.2\` | \`web\` linux/amd64, linux/arm64 |

## Accepted for a time

| Severity | Finding | Package | Until | Reason | Image |
| --- | --- | --- | --- | --- | --- |
| High | \`CVE-2026-2\` | \`openssl\` | 2026-12-31 | not reachable here | \`web\` linux/amd64, linux/arm64 |

<details><summary>Others, which the policy lets pass (1)</summary>

| Severity | Finding | Package | Installed | Fixed in | Image |
| --- | --- | --- | --- | --- | --- |
| High | \`CVE-2026-3\` | \`perl\` | \`3.0.1\` | no fix yet | \`web\` linux/amd64, linux/arm64 |

</details>
`,
    );
    const page = text("summary.html");
    for (const words of [
      "2 of 2 images refused by the scan.",
      "CVE-2026-0001",
      "scan-ignore.yaml:2",
      "2 packages by syft 1.57.0",
      'href="./web-amd64.sarif"',
      'href="./web-amd64.spdx.json"',
      "<title>1 Critical</title>",
    ]) {
      assert.ok(page.includes(words), words);
    }
  });

  it("has nothing to say of an empty or a missing folder", async () => {
    await writeSummary(folder);
    assert.equal(existsSync(folder), false);
    writeReport(folder, "notes.txt", "");
    await writeSummary(folder);
    assert.match(text("summary.md"), /No image was scanned\./);
  });

  it("tells of the version's own images, not of those that it had once", async () => {
    report([finding()], policy(), "removed");
    report([finding()], policy(), "web", "linux/arm64");
    report([]);
    writeReport(folder, "removed-amd64.spdx.json", "{");
    await writeSummary(folder, [
      { service: "web", platform: "linux/amd64" },
      { service: "api", platform: "linux/amd64" },
    ]);
    assert.match(text("summary.md"), /1 image scanned, none refused\./);
    assert.doesNotMatch(text("summary.md"), /removed|arm64/);
    assert.doesNotMatch(text("summary.html"), /removed|arm64/);
    await writeSummary(folder);
    assert.match(text("summary.md"), /2 of 3 images refused/);
  });

  it("says of clean images that none was refused", async () => {
    report([]);
    await writeSummary(folder);
    assert.match(text("summary.md"), /1 image scanned, none refused\./);
    assert.match(text("summary.html"), /verdict good/);
  });

  it("goes on without a file that it cannot read, and names it", async () => {
    report([finding()]);
    writeReport(folder, "api-amd64.findings.json", "{");
    writeReport(folder, "api-amd64.spdx.json", "[]");
    await writeSummary(folder);
    assert.match(text("summary.md"), /- `api-amd64\.findings\.json`\n- `api-amd64\.spdx\.json`/);
    assert.match(text("summary.md"), /1 of 1 image refused/);
  });

  it("shows foreign names as text, on the page and in Markdown", async () => {
    const found = HOSTILE.map((words, index) =>
      finding({
        id: `CVE-${index} ${words}`,
        package: words,
        installedVersion: words,
        fixedVersion: words,
        title: words,
        url: words,
        location: words,
      }),
    );
    const ignored = ignore({ id: found[0]!.id, reason: HOSTILE.join(" "), at: HOSTILE[1]! });
    report(found, policy({ ignores: [ignored] }));
    await writeSummary(folder);
    const page = text("summary.html");
    assert.doesNotMatch(page, /<script|<img|onerror="|onmouseover='|javascript:alert\(1\)"/i);
    assert.equal(page.match(/<h1/g)?.length, 1);
    const outside = text("summary.md").replace(/`[^`\n]*`/g, "");
    assert.doesNotMatch(outside, /(?<!\\)<(?!\/?(details|summary)>)/);
    assert.doesNotMatch(outside, /\n# title|(?<!\\)\[d/);
    for (const row of text("summary.md")
      .split("\n")
      .filter((line) => line.startsWith("| Crit"))) {
      assert.equal(row.match(/(?<!\\)\|/g)?.length, 7, row);
    }
  });

  it("asks for nothing else and runs nothing", async () => {
    report([finding({ url: "https://vulnerabilities.example.com/1" })]);
    await writeSummary(folder);
    const page = text("summary.html");
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /\ssrc=|<link|@import|url\(|<iframe|<form/);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, address]) => address!);
    for (const address of links) assert.match(address, /^(\.\/|https:\/\/vulnerabilities\.)/);
  });

  it("has seen every report when the last caller is served", async () => {
    const platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"];
    const services = ["web", "api", "db"];
    await Promise.all(
      services.flatMap((service) =>
        platforms.map(async (platform) => {
          report([finding()], policy(), service, platform);
          await writeSummary(folder);
        }),
      ),
    );
    assert.match(text("summary.md"), /12 of 12 images refused/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("writes again after a write that failed", async () => {
    report([]);
    rmSync(folder, { recursive: true });
    writeReport(join(folder, ".."), "v1.0.0", "a file in the folder's place");
    await assert.rejects(writeSummary(folder));
    rmSync(folder);
    report([]);
    await writeSummary(folder);
    assert.match(text("summary.md"), /1 image scanned/);
  });
});

describe("foreign text", () => {
  it("has no sign of HTML left, nor of Markdown", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(html(text), /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
        assert.doesNotMatch(markdownCode(text).slice(1, -1), /`|(?<!\\)\||\n/);
        assert.doesNotMatch(markdownText(text), /(?<!\\)[<>`|[\]*]|@|:\/\/|\n/);
      }),
    );
  });

  it("is a link only to the web", () => {
    const cases: readonly [string | undefined, string | undefined][] = [
      ["https://example.com/a b", "https://example.com/a%20b"],
      ["HTTP://example.com", "http://example.com/"],
      ["javascript:alert(1)", undefined],
      ["data:text/html,x", undefined],
      ["//example.com", undefined],
      ["https://", undefined],
      [undefined, undefined],
    ];
    for (const [given, expected] of cases) assert.equal(webAddress(given), expected);
  });
});
