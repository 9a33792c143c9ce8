import { readFile } from "node:fs/promises";
import { messageOf, UserError } from "../../lib/errors";
import type {
  AskedVersion,
  ScanPolicy,
  SignPolicy,
  VerifyPolicy,
} from "../../lib/resources/supplyChain";
import type { ScanSettings, Settings } from "../../lib/settings/settings";
import { parseIgnoreFile } from "../../lib/supplyChain";

/** What every image of a release has to pass. Plain values: they shape the graph. */
export interface Policies {
  /** Absent: nothing is scanned. */
  readonly scan?: ScanPolicy;
  /** true: each platform's image gets a bill of materials. */
  readonly sbom: boolean;
  /** Absent: nothing is signed. */
  readonly sign?: SignPolicy;
  /** Absent: no signature is asked for. */
  readonly verify?: VerifyPolicy;
  /** Of the service's version that has to pass. Absent: it is not published. */
  readonly asked?: AskedVersion;
}

/**
 * The settings' policies with the entries of the ignore file.
 * @throws UserError `ignore-file` with every fault of that file
 */
export async function readPolicies({ supplyChain }: Settings): Promise<Policies> {
  const { scan, sbom, sign, verify } = supplyChain;
  return {
    ...(scan.kind === "off" ? {} : { scan: await scanPolicy(scan) }),
    sbom,
    ...(sign.kind === "off" ? {} : { sign }),
    ...(verify.kind === "off" ? {} : { verify }),
  };
}

async function scanPolicy(settings: ScanSettings): Promise<ScanPolicy> {
  const { scanner, severities, ignoreUnfixed, ignoreFile } = settings;
  return {
    ...(scanner === undefined ? {} : { scanner }),
    severities,
    ignoreUnfixed,
    ignores: ignoreFile === undefined ? [] : parseIgnoreFile(await textOf(ignoreFile), ignoreFile),
  };
}

async function textOf(ignoreFile: string): Promise<string> {
  try {
    return await readFile(ignoreFile, "utf8");
  } catch (error) {
    throw new UserError(
      `\`bot-core:scan.ignoreFile\` names ${ignoreFile}, which cannot be read (${messageOf(error)}): ` +
        "make it, or `pulumi config rm --path bot-core:scan.ignoreFile`",
      "ignore-file",
    );
  }
}
