import type { ScannerName } from "../../resources/supplyChain";
import { type ScanFinding, type ScanReport, type Verdict, byWeight } from "./findings";
import { withinLimits } from "./sarifLimits";
import type { SarifResult } from "./sarifModel";

/** Which image a SARIF document is of. */
export interface SarifSubject {
  readonly service: string;
  /** `os/arch[/variant]` */
  readonly platform: string;
}

/**
 * The category of a service's platform, one a scanner: code scanning refuses a file with several
 * runs of one category since 2025-07-21, and takes alerts of the same category that are missing
 * for mended. What follows its last slash would name the single run.
 */
export function sarifCategory(scanner: ScannerName, { service, platform }: SarifSubject): string {
  return `${scanner}/${service}/${platform.replaceAll("/", "-")}/`;
}

/**
 * Makes the report of one image out of the scanner's own document: its category, the findings'
 * severity and versions as properties, and what the ignore file accepts as suppressions with their
 * reasons. The same findings give the same bytes.
 */
export function finishSarif(report: ScanReport, verdict: Verdict, subject: SarifSubject): Buffer {
  const facts = factsByKey(report.scanner.name, verdict);
  const id = sarifCategory(report.scanner.name, subject);
  const keyOf = KEYS[report.scanner.name].ofResult;
  const runs = report.sarif.runs.slice(0, 1).map((run) => {
    const results = (run.results ?? []).map((result) => describe(result, facts.get(keyOf(result))));
    return { ...run, automationDetails: { ...run.automationDetails, id }, results };
  });
  return withinLimits({ ...report.sarif, runs });
}

interface Facts {
  /** The worst that the result may stand for. */
  readonly finding: ScanFinding;
  /** Reason and last day. undefined: a finding with this key is not ignored. */
  readonly justification: string | undefined;
}

/** How a scanner's results are told from one another, by what stands in result and finding. */
const KEYS: Readonly<
  Record<
    ScannerName,
    {
      readonly ofFinding: (finding: ScanFinding) => string;
      readonly ofResult: (result: SarifResult) => string;
    }
  >
> = {
  grype: {
    ofFinding: (finding) => `${finding.id}-${finding.package}`,
    ofResult: ({ ruleId }) => ruleId,
  },
  trivy: {
    ofFinding: (finding) => [finding.id, finding.package, finding.installedVersion].join("\n"),
    ofResult: ({ ruleId, message }) => {
      const text = message.text ?? "";
      const name = /^Package: (.*)$/m.exec(text)?.[1] ?? "";
      const installed = /^Installed Version: (.*)$/m.exec(text)?.[1] ?? "";
      return [ruleId, name, installed].join("\n");
    },
  },
};

/** Where one key stands for several findings, it is ignored only if all of them are. */
function factsByKey(scanner: ScannerName, verdict: Verdict): ReadonlyMap<string, Facts> {
  const { ofFinding } = KEYS[scanner];
  const facts = new Map<string, Facts>();
  const ignored = verdict.ignored.map(({ finding, entry }) => {
    return { finding, justification: `${entry.reason} (until ${entry.expires}, ${entry.at})` };
  });
  const counted = [...verdict.failing, ...verdict.passing].map((finding) => {
    return { finding, justification: undefined };
  });
  for (const fact of [...ignored, ...counted].sort((a, b) => byWeight(a.finding, b.finding))) {
    const known = facts.get(ofFinding(fact.finding));
    const open = known !== undefined && fact.justification === undefined;
    if (known === undefined) facts.set(ofFinding(fact.finding), fact);
    else if (open) facts.set(ofFinding(fact.finding), { ...known, justification: undefined });
  }
  return facts;
}

function describe(result: SarifResult, facts: Facts | undefined): SarifResult {
  if (facts === undefined) return result;
  const { finding, justification } = facts;
  const { severity, installedVersion, fixedVersion } = finding;
  const own = { severity, package: finding.package, installedVersion, fixedVersion };
  const described = { ...result, properties: { ...result.properties, ...own } };
  if (justification === undefined) return described;
  return {
    ...described,
    suppressions: [{ kind: "external", status: "accepted", justification }],
  };
}
