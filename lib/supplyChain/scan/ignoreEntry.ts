import type { IgnoreEntry } from "../../resources/supplyChain";

/** Where a fault stands, and where it goes. */
export interface EntryReader {
  /** `file:line` of a path of keys. */
  readonly at: (...keys: readonly string[]) => string;
  readonly report: (at: string, message: string) => void;
}

const KEYS = ["id", "reason", "expires", "package", "services"];
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const ALLOWED = "`id`, `reason`, `expires`, `package` and `services`";

/** true: a mapping. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One entry of the list; undefined where it is faulty, which was reported. */
export function readEntry(
  value: unknown,
  index: number,
  { at, report }: EntryReader,
): IgnoreEntry | undefined {
  const path = ["ignores", String(index)];
  if (!isRecord(value)) {
    report(at(...path), `entry has to be a mapping with ${ALLOWED}`);
    return undefined;
  }
  const faults: string[] = [];
  const fault = (key: string, message: string): undefined => {
    faults.push(key);
    report(at(...path, key), message);
  };
  for (const key of Object.keys(value).filter((name) => !KEYS.includes(name))) {
    fault(key, `key \`${key}\` is unknown; allowed are ${ALLOWED}`);
  }
  const entry = {
    id: text(value, "id", "the finding as the scanner prints it, e.g. `CVE-2026-1234`", fault),
    reason: text(value, "reason", "why it does no harm here", fault),
    expires: date(value["expires"], fault),
    package: value["package"] === undefined ? "" : text(value, "package", "a package name", fault),
    services: services(value["services"], fault),
  };
  if (faults.length > 0) return undefined;
  const { id, reason, expires } = entry;
  return {
    ...{ id, reason, expires, at: at(...path) },
    ...(entry.package === "" ? {} : { package: entry.package }),
    ...(entry.services === undefined ? {} : { services: entry.services }),
  };
}

type Fault = (key: string, message: string) => undefined;

function text(
  value: Readonly<Record<string, unknown>>,
  key: string,
  meaning: string,
  fault: Fault,
): string {
  const given = value[key];
  if (typeof given === "string" && given.trim() !== "") return given.trim();
  fault(key, given === undefined ? `\`${key}\` is missing: ${meaning}` : notText(key, meaning));
  return "";
}

function notText(key: string, meaning: string): string {
  return `\`${key}\` has to be a text that is not empty: ${meaning}`;
}

function date(given: unknown, fault: Fault): string {
  const meaning = "the last day on which the entry counts, `YYYY-MM-DD` in UTC";
  if (given === undefined) {
    fault("expires", `\`expires\` is missing: ${meaning}`);
  } else if (typeof given === "string" && isDate(given)) {
    return given;
  } else {
    const shown = typeof given === "string" ? `\`${given}\`` : "what is given";
    fault("expires", `\`expires\`: ${shown} is no day; give ${meaning}`);
  }
  return "";
}

/** A day of the calendar: Date itself takes the 31st of February for one in March. */
function isDate(given: string): boolean {
  if (!DATE.test(given)) return false;
  const parsed = new Date(`${given}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(given);
}

function services(given: unknown, fault: Fault): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names = Array.isArray(given) ? (given as readonly unknown[]) : [];
  if (names.length > 0 && names.every((name) => typeof name === "string" && name !== "")) {
    return names.map(String);
  }
  fault("services", "`services` has to be a list of services' names; leave it out for all");
  return undefined;
}
