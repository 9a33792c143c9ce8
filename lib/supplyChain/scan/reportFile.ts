import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { ScanFault } from "./fault";

/**
 * A report that a scanner wrote, checked against its schema.
 * @param scanner name and version, for messages
 * @throws ScanFault where it is missing or of another form
 */
export async function readToolReport<T>(
  file: string,
  schema: z.ZodType<T>,
  scanner: string,
): Promise<T> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw unreadable(scanner, "wrote none", cause);
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(scanner, "is of a form that is not known here", cause);
  }
}

function unreadable(scanner: string, what: string, cause: unknown): ScanFault {
  const text = `the report of ${scanner} ${what}; install the version that the guide names, or run the scan again`;
  return new ScanFault(text, false, { cause });
}
