import type { Referrer } from "../../oci";
import type { ScanReport } from "../scan/findings";

const SCANNER = "io.bot-core.scan.scanner";
const DATABASE = "io.bot-core.scan.database";

/** What tells an attached scan from another one of the same image: nothing of the clock of the run. */
export function scanAnnotations({
  scanner,
  databaseDate,
}: Pick<ScanReport, "scanner" | "databaseDate">): Readonly<Record<string, string>> {
  return {
    [SCANNER]: `${scanner.name} ${scanner.version}`,
    ...(databaseDate === undefined ? {} : { [DATABASE]: databaseDate }),
  };
}

/** Of several scans of one image, the one that knew most: by the date of its database. */
export function newestScan(found: readonly Referrer[]): Referrer | undefined {
  const dateOf = ({ annotations }: Referrer): number => {
    const date = Date.parse(annotations[DATABASE] ?? "");
    return Number.isNaN(date) ? 0 : date;
  };
  return [...found].sort((a, b) => dateOf(b) - dateOf(a) || (a.digest < b.digest ? -1 : 1))[0];
}
