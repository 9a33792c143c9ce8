import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { messageOf, UserError } from "../../lib/errors";
import type { ScanSettings, Settings } from "../../lib/settings/settings";
import {
  assertSignable,
  expiredIgnores,
  findTool,
  parseIgnoreFile,
  pickScanner,
  today,
  type Tool,
} from "../../lib/supplyChain";
import { fault, type Finding, ok, warning, worstOf } from "./check";

/**
 * What scanning, listing, signing and verifying need on this machine. What only a publication needs
 * is a warning: a published version deploys without it.
 * @param folder the project's folder, from which the settings' files count
 */
export async function supplyChainFinding(
  { supplyChain }: Pick<Settings, "supplyChain">,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Finding> {
  const { scan, sbom, sign, verify } = supplyChain;
  const options = { signal };
  const findings: Promise<Finding>[] = [];
  if (scan.kind === "on") {
    const policy = { ...scan, ignores: [] };
    findings.push(found(pickScanner(policy, options), "publish"));
    findings.push(Promise.resolve(ignoresFinding(scan, folder)));
  }
  if (sbom) findings.push(found(findTool("syft", options), "publish"));
  if (sign.kind !== "off") {
    const key = sign.kind === "key" ? { ...sign, key: pathOf(sign.key, folder) } : sign;
    findings.push(signs(assertSignable(key, env, options)));
  }
  if (verify.kind !== "off") {
    findings.push(found(findTool("cosign", options), "deploy"));
    if (verify.kind === "key") findings.push(Promise.resolve(keyFinding(verify.key, folder)));
  }
  if (findings.length === 0) return ok("off: nothing is scanned, signed or verified");
  return worstOf(await Promise.all(findings));
}

/** A tool that only a publication needs is no fault on a machine that deploys what is published. */
async function found(asked: Promise<Tool>, needed: "publish" | "deploy"): Promise<Finding> {
  try {
    const { name, version } = await asked;
    return ok(`${name} ${version}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message } = error;
    if (needed === "deploy") return { state: "fault", detail: message };
    return warning(message, "only needed to publish: what is published deploys without it");
  }
}

async function signs(asked: Promise<void>): Promise<Finding> {
  try {
    await asked;
    return ok("can sign");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return warning(error.message, "only needed to publish: what is published deploys without it");
  }
}

function ignoresFinding({ ignoreFile }: ScanSettings, folder: string): Finding {
  if (ignoreFile === undefined) return ok("");
  try {
    const entries = parseIgnoreFile(readFileSync(join(folder, ignoreFile), "utf8"), ignoreFile);
    const expired = expiredIgnores(entries, today());
    if (expired.length === 0) return ok(`${String(entries.length)} accepted findings`);
    return { state: "fault", detail: expired.map((one) => `${one.at}: ${one.message}`).join("\n") };
  } catch (error) {
    return fault(messageOf(error), `mend ${ignoreFile}, the file of \`scan.ignoreFile\``);
  }
}

function keyFinding(key: string, folder: string): Finding {
  if (key.includes("://") || existsSync(pathOf(key, folder))) return ok("");
  return fault(
    `\`verify.key\` is ${key}, which is not there`,
    "commit the public key, or `pulumi config set --path bot-core:verify.key FILE`",
  );
}

function pathOf(key: string, folder: string): string {
  return key.includes("://") || isAbsolute(key) ? key : join(folder, key);
}
