import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { skip } from "../../../dev/skip";
import {
  type ScanFinding,
  findingsReport,
  judge,
  reportName,
  writeReport,
  writeSummary,
} from "../../../lib/supplyChain";
import { DESKTOP, PHONE, launchBrowser } from "../../e2e/browser/screenshot";
import { TODAY, finding, ignore, policy, unfixed } from "../../unit/lib/supplyChain/scan/builders";

const PICTURES = "test-results";
const HOSTILE = '<img src=x onerror="document.title=1">';

describe("the summary's page in a browser", function () {
  this.timeout(60_000);
  let browser: Browser | undefined;
  let folder: string;

  before(async function () {
    const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
    if (!existsSync(chromium)) skip(this, `no browser at ${chromium}: set CHROMIUM`);
    mkdirSync(PICTURES, { recursive: true });
    folder = join(mkdtempSync(join(tmpdir(), "bot-core-page-")), "v1.4.0");
    for (const [service, found] of Object.entries(FOUND)) {
      for (const platform of ["linux/amd64", "linux/arm64"]) write(service, platform, found);
    }
    await writeSummary(folder);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(join(folder, ".."), { recursive: true, force: true });
  });

  function write(service: string, platform: string, findings: readonly ScanFinding[]): void {
    const by = policy({ ignores: [ignore({ id: "CVE-2026-2001" })] });
    const scanner = { name: "grype" as const, version: "0.121.2" };
    const sarif = { version: "2.1.0" as const, runs: [] };
    const report = { scanner, databaseDate: "2026-07-31T06:00:00Z", findings, sarif };
    const subject = { service, platform, version: "v1.4.0", image: `x/${service}@sha256:1` };
    const model = findingsReport(subject, report, by, judge(findings, by, service, TODAY));
    writeReport(folder, reportName(service, platform, "findings.json"), model);
    const packages = findings.map(({ id }) => ({ SPDXID: id }));
    const spdx = JSON.stringify({ packages, creationInfo: { creators: ["Tool: syft-1.57.0"] } });
    writeReport(folder, reportName(service, platform, "spdx.json"), spdx);
  }

  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`fits a ${device} and is read in ${colorScheme} colours`, async () => {
        const { page, requests, errors } = await open({ viewport, colorScheme });
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        assert.equal(width, viewport.width);
        assert.deepEqual(await page.evaluate(CONTRASTS), []);
        assert.deepEqual(requests, []);
        assert.deepEqual(errors, []);
        const path = `${PICTURES}/summary-${device}-${colorScheme}.png`;
        await page.screenshot({ path, fullPage: true });
        await page.close();
      });
    }
  }

  it("is read by roles, on a phone too, and runs nothing of a hostile name", async () => {
    const { page } = await open({ viewport: PHONE });
    const failing = page.getByRole("table", { name: "Failing" });
    const rows = await failing.getByRole("row").allInnerTexts();
    assert.equal(rows.length, 3);
    assert.match(rows.join("\n"), /CVE-2026-0001/);
    assert.ok(rows.join("\n").includes(HOSTILE));
    assert.equal(await page.getByRole("img", { name: /^Findings by severity/ }).count(), 1);
    assert.equal(await page.title(), "v1.4.0: scan and contents");
    assert.equal(await page.locator("img, script, iframe").count(), 0);
    await page.close();
  });

  async function open(
    options: Parameters<Browser["newPage"]>[0],
  ): Promise<{ page: Page; requests: string[]; errors: string[] }> {
    const page = await browser!.newPage(options);
    const address = pathToFileURL(join(folder, "summary.html")).href;
    const [requests, errors]: [string[], string[]] = [[], []];
    page.on("request", (request) => {
      if (request.url() !== address) requests.push(request.url());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => errors.push(message.text()));
    await page.goto(address);
    return { page, requests, errors };
  }
});

const MEDIUM = Array.from({ length: 14 }, (_, index) =>
  unfixed({ id: `CVE-2025-${4000 + index}`, severity: "MEDIUM", package: "coreutils" }),
);
const FOUND: Readonly<Record<string, readonly ScanFinding[]>> = {
  "python-ai-service": [
    finding({ title: "an out-of-bounds write", url: "https://vulnerabilities.example.com/1" }),
    finding({ id: "CVE-2026-2001", severity: "HIGH", package: "libxml2" }),
    ...MEDIUM,
    unfixed({ id: "CVE-2024-5000", severity: "LOW", package: "bash" }),
  ],
  "nextjs-ui-dashboard": [finding({ id: "GHSA-x", severity: "HIGH", package: HOSTILE })],
  "rust-core-engine": [],
};

/** Texts whose contrast is under 4.5 to 1, what WCAG 2.2 asks of texts of this size; runs in the page. */
const CONTRASTS = `(() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a > 0) return colour;
    }
    return parse("rgb(255, 255, 255)");
  };
  const low = [];
  for (const element of document.querySelectorAll("main *:not(rect):not(title)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    if (!own || element.matches(".count")) continue;
    const style = getComputedStyle(element);
    const svg = element.closest("svg") !== null;
    const [a, b] = [light(parse(svg ? style.fill : style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(element.className + " " + element.textContent.slice(0, 20) + " " + ratio.toFixed(2));
  }
  return low;
})()`;
