import type { ImageScanInputs, ImageScanOutputs } from "../../lib/resources/supplyChain";
import {
  assertNoneExpired,
  attachScan,
  countsText,
  expiredIgnores,
  findingsReport,
  finishSarif,
  imageName,
  isSamePolicy,
  judge,
  pickScanner,
  refusal,
  reportFolder,
  reportName,
  scanImage,
  type ScanReport,
  today,
  type Verdict,
  writeReport,
  writeSummary,
} from "../../lib/supplyChain";
import { clientOf, differs, digestName, imageAccess } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { known } from "../values";
import type { PreviewInputs } from "../values";
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what is scanned. */
const DECISIVE = ["repository", "version", "platform", "digest"] as const;

/**
 * The scan of one platform's image, before its version is published. Until then what passed is scanned
 * again for another image, and for another policy: an acceptance that is gone, or a stricter one. What
 * is published is asked nothing: neither a policy of today nor a missing tool says anything against it.
 */
export const imageScan: ResourceProvider<ImageScanInputs, ImageScanOutputs> = {
  async check(inputs, context, olds) {
    const isScanned = olds === undefined ? !isPublished(inputs) : isToScan(olds, inputs);
    const policy = known<ImageScanInputs["policy"]>(inputs.policy);
    if (policy === undefined || (isPublished(inputs) && !isScanned)) return [];
    const expired = expiredIgnores(policy.ignores, today());
    // What an earlier run found published may never have been scanned: the state alone tells.
    if (!isScanned && olds?.published !== true) return expired;
    return [
      ...expired,
      ...(await findingsOfTool("scan", () => pickScanner(policy, toolOptions(context)))),
    ];
  },

  diff: ({ inputs, outputs }, news) => {
    const isMissing = outputs.scanner === undefined && !isPublished(news);
    return Promise.resolve({ changes: isMissing || isToScan(inputs, news) });
  },

  async create(inputs, context) {
    const outputs = inputs.published ? leave(inputs, context) : await scan(inputs, context);
    return { id: digestName(inputs), outputs };
  },

  update: (_old, news, context) => scan(news, context),
};

function isToScan(old: ImageScanInputs, news: PreviewInputs<ImageScanInputs>): boolean {
  if (differs(old, news, DECISIVE)) return true;
  if (isPublished(news)) return false;
  const policy = known<ImageScanInputs["policy"]>(news.policy);
  return policy === undefined || !isSamePolicy(old.policy, policy);
}

function isPublished({ published }: PreviewInputs<ImageScanInputs>): boolean {
  return known<boolean>(published) === true;
}

function leave(inputs: ImageScanInputs, context: Context): ImageScanOutputs {
  const { service, version } = inputs;
  context.report(`${service} ${version} is published already, so it is not scanned`, "info");
  return inputs;
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
  await writeSummary(folder, inputs.images);
  return path;
}

async function attach(inputs: ImageScanInputs, report: ScanReport, sarif: Buffer): Promise<string> {
  const { registry, repository, digest, service, platform } = inputs;
  const client = await clientOf(inputs, registry.push);
  const title = reportName(service, platform, "sarif");
  return attachScan(client, repository, digest, { report, title, sarif });
}
