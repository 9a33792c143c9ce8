import { z } from "zod";
import type { Severity } from "../../resources/supplyChain";
import type { ScanFinding } from "./findings";
import { oneLine } from "./text";

const Match = z.object({
  vulnerability: z.object({
    id: z.string(),
    dataSource: z.string().optional(),
    severity: z.string().optional(),
    description: z.string().optional(),
    fix: z
      .object({ versions: z.array(z.string()).nullish(), state: z.string().optional() })
      .optional(),
  }),
  matchDetails: z
    .array(z.object({ fix: z.object({ suggestedVersion: z.string() }).optional() }))
    .nullish(),
  artifact: z.object({
    name: z.string(),
    version: z.string(),
    locations: z.array(z.object({ path: z.string() })).nullish(),
  }),
});

/** grype's JSON report, in its forms of the databases v5 and v6. */
export const GrypeReport = z.object({
  matches: z.array(Match),
  descriptor: z.object({
    db: z
      .object({
        built: z.string().optional(),
        status: z.object({ built: z.string().optional() }).nullish(),
      })
      .nullish(),
  }),
});
export type GrypeReport = z.infer<typeof GrypeReport>;

const SEVERITY: Readonly<Record<string, Severity>> = {
  critical: "CRITICAL",
  high: "HIGH",
  medium: "MEDIUM",
  low: "LOW",
  negligible: "LOW",
};

/** The findings in grype's order, which is its SARIF document's too. */
export function grypeFindings({ matches }: GrypeReport): ScanFinding[] {
  return matches.map((match) => {
    const { vulnerability, artifact } = match;
    const { id, severity = "", description = "", dataSource = "" } = vulnerability;
    const location = artifact.locations?.[0]?.path;
    return {
      id,
      severity: SEVERITY[severity.toLowerCase()] ?? "UNKNOWN",
      package: artifact.name,
      installedVersion: artifact.version,
      ...fixOf(match),
      ...(description === "" ? {} : { title: oneLine(description) }),
      ...(dataSource === "" ? {} : { url: dataSource }),
      ...(location === undefined ? {} : { location }),
    };
  });
}

/** The version that grype suggests for what is installed, before all that mend it somewhere. */
function fixOf({ vulnerability, matchDetails }: z.infer<typeof Match>): { fixedVersion?: string } {
  const { versions, state } = vulnerability.fix ?? {};
  const suggested = matchDetails?.map(({ fix }) => fix?.suggestedVersion ?? "");
  const known = suggested?.find((version) => version !== "") ?? (versions ?? []).join(", ");
  if (known !== "") return { fixedVersion: known };
  // Some advisories say that there is a fix without its version; it counts as one.
  return state === "fixed" ? { fixedVersion: "see the advisory" } : {};
}

/** When the database was made. */
export function grypeDatabaseDate({ descriptor }: GrypeReport): string | undefined {
  return descriptor.db?.status?.built ?? descriptor.db?.built;
}
