import type { ImageScanInputs, ImageScanOutputs } from "../../lib/resources/supplyChain";
import {
  assertNoneExpired,
  attachReport,
  countsText,
  expiredIgnores,
  findingsReport,
  finishSarif,
  imageName,
  judge,
  pickScanner,
  refusal,
  reportFolder,
  reportName,
  SARIF_TYPE,
  scanAnnotations,
  scanImage,
  type ScanReport,
  today,
  type Verdict,
  writeReport,
  writeSummary,
} from "../../lib/supplyChain";
import { clientOf, differs, digestName, imageAccess } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { known, sameValue } from "../values";
import type { PreviewInputs } from "../values";
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what is scanned. */
const DECISIVE = ["repository", "version", "platform", "digest"] as const;

/**
 * The scan of one platform's image. What passed once is not scanned again until another image or
 * version comes, or the policy gets other severities.
 */
export const imageScan: ResourceProvider<ImageScanInputs, ImageScanOutputs> = {
  async check(inputs, context, olds) {
    if (olds !== undefined && !isOther(olds, inputs)) return [];
    const policy = known<ImageScanInputs["policy"]>(inputs.policy);
    if (policy === undefined) return [];
    const expired = expiredIgnores(policy.ignores, today());
    return [
      ...expired,
      ...(await findingsOfTool("scan", () => pickScanner(policy, toolOptions(context)))),
    ];
  },

  diff: (old, news) => Promise.resolve({ changes: isOther(old.inputs, news) }),

  async create(inputs, context) {
    const outputs = await scan(inputs, context);
    return { id: digestName(inputs), outputs };
  },

  update: (_old, news, context) => scan(news, context),
};

/** Another entry of the ignore file alone scans nothing again: what passed has passed. */
function isOther(old: ImageScanInputs, news: PreviewInputs<ImageScanInputs>): boolean {
  return differs(old, news, DECISIVE) || !sameValue(strictness(old), strictness(news));
}

function strictness(inputs: PreviewInputs<ImageScanInputs>): unknown {
  const policy = known<ImageScanInputs["policy"]>(inputs.policy);
  return { severities: policy?.severities, ignoreUnfixed: policy?.ignoreUnfixed };
}

/** @throws UserError `scan-refused` naming what was found; its reports are written all the same */
async function scan(inputs: ImageScanInputs, context: Context): Promise<ImageScanOutputs> {
  const { registry, digest, platform, service, policy } = inputs;
  assertNoneExpired(policy.ignores, today());
  const image = await imageAccess(inputs, digest, registry.pull);
  const report = await scanImage(image, platform, policy, toolOptions(context));
  const verdict = judge(report.findings, policy, service, today());
  const sarif = finishSarif(report, verdict, { service, platform });
  const reportFile = await file(inputs, imageName(image), report, verdict, sarif);
  const attached = await attach(inputs, report, sarif);
  if (verdict.failing.length > 0) {
    throw refusal({ ...inputs, reportFile }, report, verdict, today());
  }
  const { name, version } = report.scanner;
  context.report(
    `${name} ${version} found ${countsText(verdict.counts)}, ${String(verdict.ignored.length)} ignored`,
    "info",
  );
  return {
    ...inputs,
    scanner: { name, version },
    counts: verdict.counts,
    ignored: verdict.ignored.length,
    report: attached,
  };
}

/** @returns the file of the whole report */
async function file(
  inputs: ImageScanInputs,
  image: string,
  report: ScanReport,
  verdict: Verdict,
  sarif: Buffer,
): Promise<string> {
  const { service, version, platform, policy } = inputs;
  const folder = reportFolder(version);
  const subject = { service, version, platform, image };
  const findings = findingsReport(subject, report, policy, verdict);
  writeReport(folder, reportName(service, platform, "findings.json"), findings);
  const path = writeReport(folder, reportName(service, platform, "sarif"), sarif);
  await writeSummary(folder);
  return path;
}

async function attach(inputs: ImageScanInputs, report: ScanReport, bytes: Buffer): Promise<string> {
  const { registry, repository, digest, service, platform } = inputs;
  const client = await clientOf(inputs, registry.push);
  const annotations = {
    ...scanAnnotations(report),
    "org.opencontainers.image.title": reportName(service, platform, "sarif"),
  };
  return attachReport(
    client,
    repository,
    { digest },
    { artifactType: SARIF_TYPE, bytes, annotations },
  );
}
