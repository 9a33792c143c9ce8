import type { EcrSettings } from "../../settings/registrySettings";
import { replicationFilters } from "./replication";

/** The registry's scanning, one in an account and region, as AWS has it. */
export interface RegistryScanning {
  readonly scanType: string;
  readonly rules: readonly ScanningRule[];
}

export interface ScanningRule {
  readonly scanFrequency: string;
  readonly repositoryFilters: readonly { readonly filter: string; readonly filterType: string }[];
}

/** Words of the basic scan that the enhanced one does not take; it never scans those repositories. */
const BASIC_ALONE: ReadonlySet<string> = new Set(["MANUAL"]);

/**
 * The registry's scanning with ours among it: every repository of ours is scanned when something is
 * pushed, and again when a new weakness gets known. It is put as a whole, so that what others scan
 * stays as it is. AWS has one rule for each frequency.
 * @param existing what the registry has
 */
export function enhancedScanning(
  existing: RegistryScanning,
  { namespace }: EcrSettings,
  repositories: readonly string[],
): RegistryScanning {
  const filters = replicationFilters(namespace, repositories).map((prefix) =>
    prefix.endsWith("/") ? `${prefix}*` : prefix,
  );
  const frequencies = new Map<string, Set<string>>();
  const add = (frequency: string, filter: string): unknown =>
    frequencies.set(frequency, (frequencies.get(frequency) ?? new Set()).add(filter));
  for (const { scanFrequency, repositoryFilters } of existing.rules) {
    if (BASIC_ALONE.has(scanFrequency)) continue;
    for (const { filter } of repositoryFilters) {
      if (!filters.includes(filter)) add(scanFrequency, filter);
    }
  }
  for (const filter of filters) add("CONTINUOUS_SCAN", filter);
  return {
    scanType: "ENHANCED",
    rules: [...frequencies].sort(byName).map(([scanFrequency, named]) => ({
      scanFrequency,
      repositoryFilters: [...named].sort().map((filter) => ({ filter, filterType: "WILDCARD" })),
    })),
  };
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one.localeCompare(other);
}
