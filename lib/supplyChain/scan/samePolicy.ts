import type { IgnoreEntry, ScanPolicy } from "../../resources/supplyChain";

/**
 * Whether two policies judge alike, whatever the order of their lists. Where an entry stands in its
 * file says nothing: it moves with every entry above it, also with those of other services.
 */
export function isSamePolicy(one: ScanPolicy, other: ScanPolicy): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ scanner, severities, ignoreUnfixed, ignores }: ScanPolicy): string {
  const entries = ignores.map(entryText).sort();
  return JSON.stringify([scanner, [...new Set(severities)].sort(), ignoreUnfixed, entries]);
}

function entryText({ id, reason, expires, package: name, services }: IgnoreEntry): string {
  return JSON.stringify([id, reason, expires, name, services && [...services].sort()]);
}
