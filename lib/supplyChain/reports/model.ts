import { z } from "zod";
import {
  SCANNERS,
  SEVERITIES,
  type ScanPolicy,
  type SeverityCounts,
} from "../../resources/supplyChain";
import { type ScanReport, type Verdict, countSeverities } from "../scan/findings";

const Finding = z.object({
  id: z.string(),
  severity: z.enum(SEVERITIES),
  package: z.string(),
  installedVersion: z.string(),
  fixedVersion: z.string().optional(),
  title: z.string().optional(),
  url: z.string().optional(),
  location: z.string().optional(),
  /** failing: it stopped the release. passing: the policy lets it pass. ignored: accepted for a time. */
  state: z.enum(["failing", "passing", "ignored"]),
  ignore: z.object({ reason: z.string(), expires: z.string(), at: z.string() }).optional(),
});

/** The machine-readable report of one image, as it stands in `SERVICE-ARCH.findings.json`. */
export const FindingsReport = z.object({
  schema: z.literal(1),
  service: z.string(),
  version: z.string(),
  platform: z.string(),
  /** `server/path@sha256:…` */
  image: z.string(),
  scanner: z.object({ name: z.enum(SCANNERS), version: z.string() }),
  databaseDate: z.string().optional(),
  policy: z.object({ severities: z.array(z.enum(SEVERITIES)), ignoreUnfixed: z.boolean() }),
  findings: z.array(Finding),
});

export type FindingsReport = z.infer<typeof FindingsReport>;
export type ReportedFinding = z.infer<typeof Finding>;

/** Which image a report is of. */
export interface ReportSubject {
  readonly service: string;
  readonly version: string;
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** `server/path@sha256:…` */
  readonly image: string;
}

/** The findings of one image with what was judged of them, for `writeReport`. */
export function findingsReport(
  subject: ReportSubject,
  report: ScanReport,
  policy: ScanPolicy,
  verdict: Verdict,
): Buffer {
  const { scanner, databaseDate } = report;
  const made: FindingsReport = {
    schema: 1,
    ...subject,
    scanner: { ...scanner },
    ...(databaseDate === undefined ? {} : { databaseDate }),
    policy: { severities: [...policy.severities], ignoreUnfixed: policy.ignoreUnfixed },
    findings: [
      ...verdict.failing.map((finding) => ({ ...finding, state: "failing" as const })),
      ...verdict.passing.map((finding) => ({ ...finding, state: "passing" as const })),
      ...verdict.ignored.map(({ finding, entry: { reason, expires, at } }) => {
        return { ...finding, state: "ignored" as const, ignore: { reason, expires, at } };
      }),
    ],
  };
  return Buffer.from(`${JSON.stringify(made, undefined, 2)}\n`, "utf8");
}

/** The counts of those that nobody accepted. */
export function countReported(findings: readonly ReportedFinding[]): SeverityCounts {
  return countSeverities(
    findings.filter(({ state }) => state !== "ignored").map(({ severity }) => severity),
  );
}
