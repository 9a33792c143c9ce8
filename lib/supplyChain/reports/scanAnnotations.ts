import type { Referrer } from "../../oci";
import type { ScanReport } from "../scan/findings";

const SCANNER = "io.bot-core.scan.scanner";
const DATABASE = "io.bot-core.scan.database";
const CREATED = "org.opencontainers.image.created";
/** The last moment that a Date can tell: the registry may hold any text. */
const LAST_TIME = 8_640_000_000_000_000;

/** What tells an attached scan from another one of the same image, its time left aside. */
export function scanAnnotations({
  scanner,
  databaseDate,
}: Pick<ScanReport, "scanner" | "databaseDate">): Readonly<Record<string, string>> {
  return {
    [SCANNER]: `${scanner.name} ${scanner.version}`,
    ...(databaseDate === undefined ? {} : { [DATABASE]: databaseDate }),
  };
}

/**
 * When a scan was attached, later than all that the image has: whoever's clock is slow, the scan that
 * was made last is the newest.
 * @param newest what `newestScan` found
 */
export function attachedAt(
  newest: Referrer | undefined,
  now: Date,
): Readonly<Record<string, string>> {
  const after = newest === undefined ? 0 : Math.min(timeOf(newest, CREATED) + 1, LAST_TIME);
  return { [CREATED]: new Date(Math.max(now.getTime(), after)).toISOString() };
}

/** true: a scan with these annotations, whenever it was attached. */
export function isSameScan(
  { annotations }: Referrer,
  others: Readonly<Record<string, string>>,
): boolean {
  const names = new Set([...Object.keys(annotations), ...Object.keys(others)]);
  names.delete(CREATED);
  return [...names].every((name) => annotations[name] === others[name]);
}

/**
 * Of several scans of one image, the one that was attached last. Those that tell no time are older;
 * of them it is the one that knew most, by the date of its database.
 */
export function newestScan(found: readonly Referrer[]): Referrer | undefined {
  return [...found].sort(
    (a, b) =>
      timeOf(b, CREATED) - timeOf(a, CREATED) ||
      timeOf(b, DATABASE) - timeOf(a, DATABASE) ||
      (a.digest < b.digest ? -1 : 1),
  )[0];
}

/** Zero where the annotation is missing or no time. */
function timeOf({ annotations }: Referrer, name: string): number {
  const time = Date.parse(annotations[name] ?? "");
  return Number.isNaN(time) ? 0 : time;
}
