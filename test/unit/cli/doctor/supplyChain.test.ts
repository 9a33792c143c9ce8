import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { supplyChainFinding } from "../../../../cli/doctor/supplyChain";
import type { Finding } from "../../../../cli/doctor/check";
import { parseWith, type Values } from "../../config/support";

/** What each tool prints of its version, in short. */
const PRINTED: Readonly<Record<string, string>> = {
  cosign: "GitVersion:    v3.1.3",
  syft: "syft 1.57.0",
  grype: "grype 0.121.2",
};

describe("doctor: the supply chain", () => {
  let folder: string;
  let path: string | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "doctor-supply-chain-"));
    path = process.env["PATH"];
    process.env["PATH"] = folder;
  });
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  const install = (...names: readonly string[]): void => {
    for (const name of names) {
      const file = join(folder, name);
      writeFileSync(file, `#!/bin/sh\necho '${PRINTED[name] ?? ""}'\n`);
      chmodSync(file, 0o755);
    }
  };
  const look = (changes: Values): Promise<Finding> =>
    supplyChainFinding(parseWith(changes), folder, {}, new AbortController().signal);

  it("has nothing to say where all of it is off", async () => {
    const finding = await look({ scan: false, sbom: false, sign: false });
    assert.deepEqual(finding, {
      state: "ok",
      detail: "off: nothing is scanned, signed or verified",
    });
  });

  it("names the tools that it found", async () => {
    install("cosign", "syft", "grype");
    for (const half of ["key", "pub"]) writeFileSync(join(folder, `cosign.${half}`), "");
    const finding = await look({ sign: { key: "cosign.key" } });
    assert.equal(finding.state, "ok", finding.detail);
    assert.equal(finding.detail, "grype 0.121.2\nsyft 1.57.0\ncan sign\ncosign 3.1.3");
  });

  it("warns of what only a publication needs", async () => {
    const finding = await look({ sign: false });
    assert.equal(finding.state, "warning");
    assert.match(finding.detail, /neither `trivy` nor `grype` is on PATH[^]*`syft`/);
    assert.match(finding.mend ?? "", /what is published deploys without it/);
  });

  it("finds fault with what a deployment needs", async () => {
    const off = { scan: false, sbom: false, sign: false };
    const finding = await look({ ...off, verify: { key: "cosign.pub" } });
    assert.equal(finding.state, "fault");
    assert.match(finding.detail, /`cosign`[^]*`verify\.key` is cosign\.pub, which is not there/);
  });

  it("finds fault with an ignore file that cannot be used", async () => {
    install("grype");
    const scan = { ignoreFile: "ignore.yaml" };
    const off = { sbom: false, sign: false };
    assert.match((await look({ ...off, scan })).detail, /ENOENT/);
    writeFileSync(
      join(folder, "ignore.yaml"),
      "ignores:\n  - {id: CVE-1, reason: old, expires: 2020-01-31}\n",
    );
    const expired = await look({ ...off, scan });
    assert.equal(expired.state, "fault");
    assert.match(expired.detail, /ignore\.yaml:2: `CVE-1` was accepted until 2020-01-31/);
  });
});
