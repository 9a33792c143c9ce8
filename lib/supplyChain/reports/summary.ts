import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { VersionImage } from "../../resources/supplyChain";
import { collect, stateOf } from "./collect";
import { writeReport } from "./folder";
import { htmlSummary } from "./html";
import { markdownSummary } from "./markdown";

export const SUMMARY_MARKDOWN = "summary.md";
export const SUMMARY_HTML = "summary.html";

/** The writing that was asked for last, by folder, and the one of them that has not begun. */
const last = new Map<string, Promise<void>>();
const waiting = new Map<string, Promise<void>>();

/**
 * Writes `summary.md` and `summary.html` of the reports that the folder has. Any number of resources
 * and processes may call it after each report: the last one to write has seen every report.
 * @param of the images of the version, which are the same for all callers of one run. Default: all that
 *   have reports in the folder
 */
export function writeSummary(folder: string, of?: readonly VersionImage[]): Promise<void> {
  const key = resolve(folder);
  const asked = waiting.get(key);
  if (asked !== undefined) return asked;
  const before = last.get(key) ?? Promise.resolve();
  const work = before
    .catch(() => undefined)
    .then(() => {
      waiting.delete(key);
      write(folder, of);
    });
  waiting.set(key, work);
  last.set(key, work);
  return work;
}

function write(folder: string, of: readonly VersionImage[] | undefined): void {
  if (!existsSync(folder)) return;
  let state: string;
  do {
    state = stateOf(folder);
    const collected = collect(folder, of);
    writeReport(folder, SUMMARY_MARKDOWN, markdownSummary(collected));
    writeReport(folder, SUMMARY_HTML, htmlSummary(collected));
    // Another process may have written a report meanwhile: then there is more to say.
  } while (state !== stateOf(folder));
}
