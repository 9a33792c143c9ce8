import fc from "fast-check";
import type { IgnoreEntry, ScanPolicy } from "../../../../../lib/resources/supplyChain";
import { SEVERITIES } from "../../../../../lib/resources/supplyChain";
import type { ScanFinding } from "../../../../../lib/supplyChain/scan";

export const TODAY = "2026-08-01";

export function finding(changes: Partial<ScanFinding> = {}): ScanFinding {
  return {
    id: "CVE-2026-0001",
    severity: "CRITICAL",
    package: "openssl",
    installedVersion: "3.0.1",
    fixedVersion: "3.0.2",
    ...changes,
  };
}

/** Without the key `fixedVersion`. */
export function unfixed(changes: Partial<ScanFinding> = {}): ScanFinding {
  const { id, severity, package: name, installedVersion } = finding(changes);
  return { id, severity, package: name, installedVersion };
}

export function ignore(changes: Partial<IgnoreEntry> = {}): IgnoreEntry {
  return {
    id: "CVE-2026-0001",
    reason: "not reachable here",
    expires: "2026-12-31",
    at: "scan-ignore.yaml:2",
    ...changes,
  };
}

export function policy(changes: Partial<ScanPolicy> = {}): ScanPolicy {
  return { severities: ["CRITICAL", "HIGH"], ignoreUnfixed: true, ignores: [], ...changes };
}

const ids = fc.constantFrom("CVE-1", "CVE-2", "GHSA-3");
const packages = fc.constantFrom("a", "b", "a-b");

export const findings: fc.Arbitrary<ScanFinding[]> = fc.array(
  fc
    .record({
      id: ids,
      severity: fc.constantFrom(...SEVERITIES),
      package: packages,
      installedVersion: fc.constantFrom("1", "2"),
      fixed: fc.boolean(),
    })
    .map(({ fixed, ...rest }) => (fixed ? { ...rest, fixedVersion: "3" } : rest)),
  { maxLength: 12 },
);

export const ignores: fc.Arbitrary<IgnoreEntry[]> = fc.array(
  fc
    .record({
      id: ids,
      package: fc.option(packages, { nil: undefined }),
      services: fc.option(fc.constantFrom(["web"], ["api"]), { nil: undefined }),
      expires: fc.constantFrom("2026-07-31", "2026-08-01", "2026-08-02"),
    })
    .map(({ package: name, services, ...rest }) =>
      ignore({
        ...rest,
        ...(name === undefined ? {} : { package: name }),
        ...(services === undefined ? {} : { services }),
      }),
    ),
  { maxLength: 6 },
);

export const policies: fc.Arbitrary<ScanPolicy> = fc
  .record({ severities: fc.subarray([...SEVERITIES]), ignoreUnfixed: fc.boolean(), ignores })
  .map((made) => policy(made));
