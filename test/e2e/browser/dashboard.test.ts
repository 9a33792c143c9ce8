import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { findDockerCli } from "../../../dev/dockerCli";
import { skip } from "../../../dev/skip";
import { PHONE, captureDashboard, launchBrowser, readTexts, waitForLiveData } from "./screenshot";
import { pulumi } from "../support/project";
import { startServices } from "./stack";
import type { ServiceStack } from "./stack";

const PICTURES = "test-results";
const MINUTE_MS = 60_000;
const SYMBOLS = ["BTC-USD", "ETH-USD", "SOL-USD", "ADA-USD"];

/** The versions as they stand in the sources. */
function sourceVersions(): Record<string, string> {
  const find = (file: string, pattern: RegExp): string =>
    `v${pattern.exec(readFileSync(`services/${file}`, "utf8"))?.[1] ?? ""}`;
  return {
    "rust-core-engine": find("rust-core-engine/Cargo.toml", /^version = "(.+)"$/m),
    "python-ai-service": find("python-ai-service/app/__init__.py", /^__version__ = "(.+)"$/m),
    "nextjs-ui-dashboard": find("nextjs-ui-dashboard/package.json", /^ {2}"version": "(.+)",$/m),
  };
}

describe("the dashboard in a browser", function () {
  this.timeout(MINUTE_MS);
  let stack: ServiceStack | undefined;
  let browser: Browser | undefined;
  const services = (): ServiceStack => stack!;

  before(async function () {
    this.timeout(20 * MINUTE_MS);
    const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
    if (!existsSync(chromium)) skip(this, `no browser at ${chromium}: set CHROMIUM`);
    if ((await findDockerCli()) === undefined) skip(this, "no Docker with Compose on this machine");
    mkdirSync(PICTURES, { recursive: true });
    stack = await startServices();
    browser = await launchBrowser();
  });

  after(async function () {
    this.timeout(2 * MINUTE_MS);
    await browser?.close();
    await stack?.dispose();
  });

  it("shows live prices, a prediction and the versions of the three sources", async () => {
    const file = `${PICTURES}/dashboard.png`;
    const texts = await captureDashboard(services().dashboard, file);
    assert.deepEqual(Object.keys(texts.prices), SYMBOLS);
    for (const price of Object.values(texts.prices)) assert.match(price, /^[\d,]+\.\d{2,4}$/);
    assert.match(texts.prediction, /^[\d,]+\.\d\d$/);
    assert.deepEqual(texts.versions, sourceVersions());
    assert.deepEqual(texts.errors, []);
    assert.ok(existsSync(file));
  });

  it("shows what the engine says, and goes on by itself", async () => {
    const page = await browser!.newPage();
    await page.goto(services().dashboard);
    await waitForLiveData(page);
    const before = await readTexts(page);
    const answer = await fetch(`${services().engine}/api/market`);
    const { quotes } = (await answer.json()) as { quotes: { symbol: string; price: number }[] };
    for (const { symbol, price } of quotes) {
      const shown = Number(before.prices[symbol]?.replaceAll(",", ""));
      assert.ok(Math.abs(shown / price - 1) < 0.01, `${symbol}: ${shown}, engine: ${price}`);
    }
    await page.waitForTimeout(3000);
    assert.notDeepEqual((await readTexts(page)).prices, before.prices);
    await page.close();
  });

  it("predicts the instrument that is chosen", async () => {
    const page = await browser!.newPage();
    await page.goto(services().dashboard);
    await waitForLiveData(page);
    await page.getByRole("button", { name: /^SOL-USD/ }).click();
    await page.getByText("SOL-USD in 30 s").waitFor();
    assert.match((await readTexts(page)).prediction, /^\d+\.\d{3}$/);
    await page.close();
  });

  it("is released as its stack says", async () => {
    const { project } = services();
    const printed = await pulumi(project, "stack", "output", "host", "--json", "-s", "test");
    const host = JSON.parse(printed.output) as { services: Record<string, unknown> };
    const [ui] = [services().dashboard.slice(0, -1)];
    assert.deepEqual(Object.keys(host.services), Object.keys(sourceVersions()).sort());
    const dashboard = host.services["nextjs-ui-dashboard"] as { urls: string[]; version: string };
    assert.deepEqual(dashboard, { health: "healthy", urls: [ui], version: "v0.1.0" });
    const preview = await pulumi(project, "preview", "--expect-no-changes", "-s", "test");
    assert.equal(preview.code, 0, preview.output);
  });

  it("fits on a phone", async () => {
    const page = await browser!.newPage({ viewport: PHONE });
    await page.goto(services().dashboard);
    await waitForLiveData(page);
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert.equal(width, PHONE.width);
    await page.close();
  });

  it("says that the engine is gone, stays up, and recovers by itself", async () => {
    const page = await browser!.newPage();
    await page.goto(services().dashboard);
    await waitForLiveData(page);
    await services().docker("stop", "rust-core-engine");
    await page.getByTestId("connection").filter({ hasText: "Reconnecting" }).waitFor();
    await page.getByTestId("version").filter({ hasText: "unavailable" }).waitFor();
    assert.equal((await fetch(services().dashboard)).status, 200);
    await services().docker("start", "rust-core-engine");
    await waitForLiveData(page);
    await page.close();
  });

  it("ends by itself on SIGTERM although a browser is connected", async () => {
    const page = await browser!.newPage();
    await page.goto(services().dashboard);
    await waitForLiveData(page);
    await services().docker("stop", "nextjs-ui-dashboard");
    // Past the grace period Docker kills, and the exit code is 137.
    assert.equal(await services().exitCode("nextjs-ui-dashboard"), 0);
    await page.close();
  });
});
