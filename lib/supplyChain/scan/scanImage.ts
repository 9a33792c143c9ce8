import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../errors";
import { atMost } from "../../images/copy/limit";
import type { ScanPolicy, ScannerName } from "../../resources/supplyChain";
import type { ImageAccess, ToolOptions } from "../image";
import { keptBy } from "../tools/environment";
import { type Tool, findTool } from "../tools/findTool";
import { withRegistryLogin } from "../tools/registryLogin";
import { WAITS_MS, withRetries } from "./fault";
import type { ScanReport } from "./findings";
import { grype } from "./grype";
import type { Scanner } from "./scanner";
import { trivy } from "./trivy";

const SCANNERS: Readonly<Record<ScannerName, Scanner>> = { trivy, grype };

/** A scanner unpacks an image and takes a core and hundreds of megabytes; a release may have many images. */
const LEAST_AT_ONCE = 2;
const inTurn = atMost(Math.max(LEAST_AT_ONCE, availableParallelism()));

/**
 * Updates under way or done: images that are scanned at once wait for the same one. Another PATH may
 * have another scanner, and other variables name another database.
 */
const databases = new Map<string, Promise<void>>();

/**
 * Scans one platform's image for known vulnerabilities. What it finds is never a fault; `judge` says
 * whether it is one.
 * @param platform `os/arch[/variant]`
 * @param waits milliseconds before each further attempt after a passing fault
 * @throws UserError `scan-failed` where there is no answer, and `findTool`'s
 */
export async function scanImage(
  image: ImageAccess,
  platform: string,
  policy: ScanPolicy,
  options: ToolOptions = {},
  waits = WAITS_MS,
): Promise<ScanReport> {
  const tool = await pickScanner(policy, options);
  const scanner = SCANNERS[tool.name];
  return inFolder(async (folder) => {
    await updateOnce(scanner, { tool, folder, options }, waits);
    return inTurn(() => {
      options.report?.(`scanning ${image.repository} (${platform}) with ${tool.name}`);
      return withRegistryLogin(image, (environment) => {
        const job = { tool, image, platform, environment, folder, options };
        return withRetries(() => scanner.scan(job), waits, options);
      });
    });
  });
}

type ScannerTool = Tool & { readonly name: ScannerName };

/**
 * The policy's scanner, else trivy where it is on PATH, else grype.
 * @throws UserError `tool-missing` where there is none, and `findTool`'s
 */
export async function pickScanner(policy: ScanPolicy, options: ToolOptions): Promise<ScannerTool> {
  if (policy.scanner !== undefined) return findScanner(policy.scanner, options);
  const first = await ifThere(findScanner("trivy", options));
  const found = first ?? (await ifThere(findScanner("grype", options)));
  if (found !== undefined) return found;
  throw new UserError(
    "neither `trivy` nor `grype` is on PATH, and one of them is needed to scan images: install one of them and run again, or set `scan: false`",
    "tool-missing",
  );
}

async function findScanner(name: ScannerName, options: ToolOptions): Promise<ScannerTool> {
  return { ...(await findTool(name, options)), name };
}

async function ifThere(asked: Promise<ScannerTool>): Promise<ScannerTool | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof UserError && error.code === "tool-missing") return undefined;
    throw error;
  }
}

async function updateOnce(
  scanner: Scanner,
  job: Parameters<Scanner["updateDatabase"]>[0],
  waits: readonly number[],
): Promise<void> {
  if (scanner.databaseIsFixed()) return;
  const key = JSON.stringify([scanner.name, process.env["PATH"], keptBy(scanner.name)]);
  const known = databases.get(key);
  if (known !== undefined) return known;
  job.options.report?.(`updating ${scanner.name}'s vulnerability database`);
  const update = withRetries(() => scanner.updateDatabase(job), waits, job.options);
  databases.set(key, update);
  // Only a success stays: the next scan may try again.
  update.catch(() => databases.delete(key));
  return update;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bot-core-scan-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
