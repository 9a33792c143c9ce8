import type { IgnoreEntry, ScanPolicy } from "../../resources/supplyChain";
import { type ScanFinding, type Verdict, byWeight, countSeverities } from "./findings";

/**
 * Judges the findings of one service's image. Nothing but the policy decides: not how a scanner
 * ended, and not the order in which it listed.
 * @param today `YYYY-MM-DD` in UTC; an ignore entry that has expired ignores nothing
 */
export function judge(
  findings: readonly ScanFinding[],
  policy: ScanPolicy,
  service: string,
  today: string,
): Verdict {
  const current = policy.ignores.filter(
    ({ expires, services }) => expires >= today && (services?.includes(service) ?? true),
  );
  const sorted = [...findings].sort(byWeight);
  const covered = sorted.map((finding) => ({ finding, entry: entryFor(finding, current) }));
  const counted = covered.filter(({ entry }) => entry === undefined).map(({ finding }) => finding);
  return {
    failing: counted.filter((finding) => fails(finding, policy)),
    passing: counted.filter((finding) => !fails(finding, policy)),
    ignored: covered.flatMap(({ finding, entry }) =>
      entry === undefined ? [] : [{ finding, entry }],
    ),
    counts: countSeverities(counted.map(({ severity }) => severity)),
  };
}

function fails({ severity, fixedVersion }: ScanFinding, policy: ScanPolicy): boolean {
  if (!policy.severities.includes(severity)) return false;
  return !(policy.ignoreUnfixed && fixedVersion === undefined);
}

/** The entry that names the package stands before one for any, so that its reason is the one shown. */
function entryFor(finding: ScanFinding, entries: readonly IgnoreEntry[]): IgnoreEntry | undefined {
  const forId = entries.filter(({ id }) => id === finding.id);
  return (
    forId.find((entry) => entry.package === finding.package) ??
    forId.find((entry) => entry.package === undefined)
  );
}
