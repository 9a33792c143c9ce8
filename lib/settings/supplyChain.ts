import { SCANNERS, SEVERITIES, type SignPolicy } from "../resources/supplyChain";
import type { Faults } from "./faults";
import { removeCommand, showPath } from "./mend";
import type { ConfigReader } from "./reader";
import { boolean, oneOf, type Rule } from "./rules";
import type { ScanSettings, SupplyChainSettings } from "./settings";
import { type Beside, parseVerify } from "./verify";
import { projectFile, signingKey } from "./words";

const DEFAULT_SEVERITIES = ["HIGH", "CRITICAL"] as const;
const OFF = { kind: "off" } as const;
const SIGN_KEYS = "{key, transparencyLog?} or {signingConfig?, trustedRoot?}";

/**
 * Reads `scan`, `sbom`, `sign` and `verify`. All are on where the configuration is silent; whether
 * this machine can sign is asked where something has to be signed.
 */
export function parseSupplyChain(
  root: ConfigReader,
  faults: Faults,
  beside: Omit<Beside, "sign">,
): SupplyChainSettings {
  const scan = parseScan(root);
  const sbom = root.read("sbom", boolean(true)) ?? true;
  const sign = parseSign(root, faults);
  const verify = parseVerify(root, faults, { ...beside, sign });
  return { scan, sbom, sign, verify };
}

function parseScan(root: ConfigReader): ScanSettings | typeof OFF {
  if (root.isFalse("scan")) {
    root.read("scan", orFalse("{severities?, ignoreUnfixed?, ignoreFile?, scanner?}"));
    return OFF;
  }
  const reader = root.objectOrEmpty("scan", ["ignoreFile", "scan-ignore.yaml"]);
  const scanner = reader.read("scanner", oneOf(SCANNERS));
  const severities = reader.list("severities", oneOf(SEVERITIES)) ?? DEFAULT_SEVERITIES;
  const ignoreUnfixed = reader.read("ignoreUnfixed", boolean(true)) ?? true;
  const ignoreFile = reader.read("ignoreFile", projectFile("scan-ignore.yaml"));
  reader.refuseUnknown();
  return {
    kind: "on",
    ...(scanner === undefined ? {} : { scanner }),
    severities,
    ignoreUnfixed,
    ...(ignoreFile === undefined ? {} : { ignoreFile }),
  };
}

function parseSign(root: ConfigReader, faults: Faults): SignPolicy | typeof OFF {
  if (root.isFalse("sign")) {
    root.read("sign", orFalse(`keyless, ${SIGN_KEYS}`));
    return OFF;
  }
  if (!root.has("sign") || root.is("sign", "keyless")) {
    root.read("sign", oneOf(["keyless"]));
    return { kind: "keyless" };
  }
  const allowed = `keyless, ${SIGN_KEYS}, or false`;
  const reader = root.object("sign", ["key", "cosign.key"], allowed);
  if (reader === undefined) return OFF;
  const key = reader.read("key", signingKey("cosign.key"));
  const transparencyLog = reader.read("transparencyLog", boolean(true));
  const signingConfig = reader.read("signingConfig", projectFile("sigstore/signing-config.json"));
  const trustedRoot = reader.read("trustedRoot", projectFile("sigstore/trusted-root.json"));
  reader.refuseUnknown();
  const keyless = { signingConfig, trustedRoot };
  if (reader.has("key")) {
    refuseBeside(reader, faults, "key", keyless);
    return { kind: "key", key: key ?? "", transparencyLog: transparencyLog ?? false };
  }
  refuseBeside(reader, faults, "keyless signing", { transparencyLog });
  return {
    kind: "keyless",
    ...(signingConfig === undefined ? {} : { signingConfig }),
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
  };
}

/** Keys of the other way to sign, which would be read and have no effect. */
function refuseBeside(
  reader: ConfigReader,
  faults: Faults,
  chosen: string,
  others: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue;
    const path = reader.path(name);
    faults.other(
      showPath(path),
      `has no effect beside ${chosen}; allowed: ${SIGN_KEYS}`,
      removeCommand(path),
    );
  }
}

/** The rule of a key that was found to be false. */
function orFalse(other: string): Rule<false> {
  return {
    allowed: `${other}, or false`,
    example: "false",
    parse: (value) => (value === false || value === "false" ? false : undefined),
  };
}
