import type { ConfigReader } from "./reader";
import { notBuilt } from "./rules";
import type { SupplyChainSettings } from "./settings";

/** Reads `scan`, `sbom`, `sign` and `verify`. None is built yet, so each is false. */
export function parseSupplyChain(root: ConfigReader): SupplyChainSettings {
  for (const key of ["scan", "sbom", "sign", "verify"]) root.read(key, notBuilt);
  return {
    scan: { kind: "off" },
    sbom: { kind: "off" },
    sign: { kind: "off" },
    verify: { kind: "off" },
  };
}
