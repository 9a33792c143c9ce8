import assert from "node:assert/strict";
import { isSamePolicy } from "../../../../../lib/supplyChain/scan";
import { ignore, policy } from "./builders";

describe("two scan policies", () => {
  const entry = ignore({ package: "openssl", services: ["web", "api"] });
  const one = policy({ scanner: "grype", ignores: [entry, ignore({ id: "CVE-2" })] });

  it("are the same in whatever order they are written, and wherever an entry stands", () => {
    const others = [
      { ...one, severities: ["HIGH", "CRITICAL", "HIGH"] as const },
      { ...one, ignores: [...one.ignores].reverse() },
      { ...one, ignores: [{ ...entry, at: "scan-ignore.yaml:9" }, ignore({ id: "CVE-2" })] },
      { ...one, ignores: [{ ...entry, services: ["api", "web"] }, ignore({ id: "CVE-2" })] },
    ];
    for (const other of others) assert.ok(isSamePolicy(one, other), JSON.stringify(other));
  });

  it("are others where one judges otherwise", () => {
    const { scanner, ...unnamed } = one;
    const anyPackage = ignore({ services: ["web", "api"] });
    const others = [
      { ...one, severities: ["CRITICAL"] as const },
      { ...one, severities: ["CRITICAL", "HIGH", "MEDIUM"] as const },
      { ...one, ignoreUnfixed: false },
      { ...one, scanner: "trivy" as const },
      unnamed,
      { ...one, ignores: [entry] },
      { ...one, ignores: [{ ...entry, expires: "2027-01-31" }, ignore({ id: "CVE-2" })] },
      { ...one, ignores: [anyPackage, ignore({ id: "CVE-2" })] },
      { ...one, ignores: [{ ...entry, services: ["web"] }, ignore({ id: "CVE-2" })] },
    ];
    assert.equal(scanner, "grype");
    for (const other of others) assert.ok(!isSamePolicy(one, other), JSON.stringify(other));
  });
});
