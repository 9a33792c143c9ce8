import { z } from "zod";
import { SEVERITIES } from "../../resources/supplyChain";
import type { ScanFinding } from "./findings";
import { oneLine } from "./text";

const Vulnerability = z.object({
  VulnerabilityID: z.string(),
  PkgName: z.string(),
  PkgPath: z.string().optional(),
  InstalledVersion: z.string().optional(),
  FixedVersion: z.string().optional(),
  PrimaryURL: z.string().optional(),
  Title: z.string().optional(),
  Description: z.string().optional(),
  Severity: z.string().optional(),
});

const Result = z.object({
  /** The image with its distribution, or a file with packages. */
  Target: z.string().optional(),
  Class: z.string().optional(),
  Vulnerabilities: z.array(Vulnerability).nullish(),
});

/** trivy's JSON report, which it calls schema version 2 since 0.20. */
export const TrivyReport = z.object({
  SchemaVersion: z.literal(2),
  Results: z.array(Result).nullish(),
});
export type TrivyReport = z.infer<typeof TrivyReport>;

/** `trivy version --format json` */
export const TrivyVersion = z.object({
  VulnerabilityDB: z.object({ UpdatedAt: z.string().optional() }).nullish(),
});

/** The vulnerabilities of all results, in trivy's order. */
export function trivyFindings({ Results }: TrivyReport): ScanFinding[] {
  return (Results ?? []).flatMap((result) =>
    (result.Vulnerabilities ?? []).map((found) => findingOf(found, result)),
  );
}

function findingOf(
  found: z.infer<typeof Vulnerability>,
  { Class, Target }: z.infer<typeof Result>,
): ScanFinding {
  const title = oneLine(found.Title ?? found.Description ?? "");
  // The system's packages have the image itself as their target.
  const location = found.PkgPath ?? (Class === "os-pkgs" ? undefined : Target);
  return {
    id: found.VulnerabilityID,
    severity: SEVERITIES.find((severity) => severity === found.Severity) ?? "UNKNOWN",
    package: found.PkgName,
    installedVersion: found.InstalledVersion ?? "",
    ...given("fixedVersion", found.FixedVersion),
    ...given("title", title),
    ...given("url", found.PrimaryURL),
    ...given("location", location),
  };
}

function given<K extends string>(
  key: K,
  value: string | undefined,
): Partial<Readonly<Record<K, string>>> {
  if (value === undefined || value === "") return {};
  const entry: Partial<Record<K, string>> = {};
  entry[key] = value;
  return entry;
}
