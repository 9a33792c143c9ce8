import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

/** What a user reads on the dashboard. */
export interface DashboardTexts {
  /** Symbol to price, e.g. `BTC-USD` to `64,250.00`. */
  readonly prices: Readonly<Record<string, string>>;
  /** The predicted price of the chosen symbol. */
  readonly prediction: string;
  /** Service to version, e.g. `rust-core-engine` to `v0.1.0`. */
  readonly versions: Readonly<Record<string, string>>;
  /** What the browser reported as errors, such as a script that failed. */
  readonly errors: readonly string[];
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export const DESKTOP: Viewport = { width: 1440, height: 900 };
export const PHONE: Viewport = { width: 390, height: 844 };

/** How long the first live data may take: containers may have become healthy just now. */
const TIMEOUT_MS = 30_000;
const SERVICES = 3;
/** A minute of prices makes a chart. */
const CHART_POINTS = 60;
const POLL_MS = 200;

/**
 * Starts the browser that CHROMIUM names, else Debian's, in a profile of its own that is removed
 * with it. It looks nowhere but at the pages that it is told to open.
 */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens the dashboard at `url`, waits until it shows live prices, a prediction and the versions of
 * all three services, and writes a picture of the whole page to `file` (PNG).
 */
export async function captureDashboard(
  url: string,
  file: string,
  viewport: Viewport = DESKTOP,
): Promise<DashboardTexts> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport });
    const errors = collectErrors(page);
    await page.goto(url, { waitUntil: "load", timeout: TIMEOUT_MS });
    await waitForLiveData(page);
    const texts = { ...(await readTexts(page)), errors };
    await page.screenshot({ path: file, fullPage: true });
    return texts;
  } finally {
    await browser.close();
  }
}

/** Resolves when prices are live, the chart has its past, a prediction stands there and all three versions are known. */
export async function waitForLiveData(page: Page): Promise<void> {
  const options = { timeout: TIMEOUT_MS };
  await page.getByTestId("connection").filter({ hasText: "Live" }).waitFor(options);
  await page.getByTestId("price").first().waitFor(options);
  await page.getByTestId("prediction").waitFor(options);
  const known = page.getByTestId("version").filter({ hasText: /^v\d/ });
  await known.nth(SERVICES - 1).waitFor(options);
  await waitForChart(page);
}

/** The past arrives after the first live price. */
async function waitForChart(page: Page): Promise<void> {
  const line = page.locator(".chart .line");
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const path = (await line.getAttribute("d", { timeout: TIMEOUT_MS })) ?? "";
    if (path.split("L").length > CHART_POINTS) return;
    if (Date.now() > deadline) throw new Error("the chart never showed the last minute");
    await page.waitForTimeout(POLL_MS);
  }
}

/** The texts as they stand on the page now. */
export async function readTexts(page: Page): Promise<Omit<DashboardTexts, "errors">> {
  return {
    prices: await readEach(page, "[data-symbol]", "data-symbol", "[data-testid=price]"),
    prediction: await page.getByTestId("prediction").innerText(),
    versions: await readEach(page, "[data-testid=version]", "data-service"),
  };
}

/** For each element that `selector` finds: its attribute to its text, or to that of a part of it. */
async function readEach(
  page: Page,
  selector: string,
  attribute: string,
  part?: string,
): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const element of await page.locator(selector).all()) {
    const name = (await element.getAttribute(attribute)) ?? "";
    texts[name] = await (part === undefined ? element : element.locator(part)).innerText();
  }
  return texts;
}

function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}
