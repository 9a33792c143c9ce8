const UNIT_SECONDS: Readonly<Record<string, number>> = {
  h: 3_600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};
const PART = /(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/gy;

/**
 * Seconds of a Compose duration (`1m30s`, `500ms`, `15m0s`; Go's time.ParseDuration without signs).
 * @returns undefined for anything else
 */
export function durationSeconds(text: string): number | undefined {
  let seconds = 0;
  let end = 0;
  for (const match of text.matchAll(PART)) {
    seconds += Number(match[1]) * (UNIT_SECONDS[match[2] ?? ""] ?? 0);
    end = match.index + match[0].length;
  }
  return end === text.length && text !== "" ? seconds : undefined;
}
