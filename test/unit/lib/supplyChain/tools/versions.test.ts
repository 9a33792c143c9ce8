import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import {
  TOOLS,
  type ToolName,
  assertVersion,
  missingTool,
  readVersion,
} from "../../../../../lib/supplyChain/tools/versions";
import { versionCalls } from "../recorded";

const printed = (name: ToolName, version: string): string =>
  ({
    trivy: `Version: ${version}\nVulnerability DB:\n  Version: 2\n`,
    grype: `grype ${version}\n`,
    syft: `syft ${version}\n`,
    cosign: `cosign: A tool\n\nGitVersion:    v${version}\nGitCommit:     unknown\n`,
  })[name];

const refused = (name: ToolName, text: string, code: string, words: RegExp): void => {
  assert.throws(
    () => assertVersion(name, text),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    },
  );
};

describe("versions of the supply chain's tools", () => {
  it("are read as the real tools print them", () => {
    const calls = Object.entries(versionCalls());
    assert.equal(calls.length, 4);
    for (const [name, { stdout, stderr }] of calls) {
      const [, tool = "", version = ""] = /^(\w+)-(.*)$/.exec(name) ?? [];
      assert.equal(readVersion(`${stdout}\n${stderr}`), version);
      // Only tools of ours are recorded.
      assert.equal(assertVersion(tool as ToolName, `${stdout}\n${stderr}`), version);
    }
  });

  it("are read for each tool, and a build without one is refused", () => {
    for (const name of TOOLS) {
      assert.equal(readVersion(printed(name, "5.6.7")), "5.6.7");
      refused(name, printed(name, "devel"), "tool-version", /tells no version/);
      refused(name, "", "tool-version", new RegExp(name));
    }
  });

  it("have to be recent", () => {
    const table: [ToolName, string, boolean][] = [
      ["cosign", "2.6.1", false],
      ["cosign", "2.6.2", true],
      ["cosign", "3.0.3", false],
      ["cosign", "3.0.4", true],
      ["cosign", "4.0.0", true],
      ["cosign", "1.13.6", false],
      ["syft", "0.105.1", false],
      ["syft", "1.0.0", true],
      ["grype", "0.104.0", false],
      ["grype", "0.104.1", true],
      ["trivy", "0.55.2", false],
      ["trivy", "0.69.3", true],
      ["trivy", "0.70.0", true],
    ];
    for (const [name, version, good] of table) {
      if (good) assert.equal(assertVersion(name, printed(name, version)), version);
      else refused(name, printed(name, version), "tool-too-old", /has to be .* or newer/);
    }
  });

  it("are refused where attackers published them, with what else to do", () => {
    for (const version of ["0.69.4", "0.69.5", "0.69.6"]) {
      refused("trivy", printed("trivy", version), "tool-malicious", /renew every password/);
    }
  });

  it("say what to install where a tool is missing", () => {
    assert.match(
      missingTool("cosign").message,
      /^`cosign` is not on PATH.*2\.6\.2 or newer of version 2, 3\.0\.4 or newer of version 3/,
    );
    assert.match(missingTool("syft").message, /syft, 1\.0\.0 or newer, and run again$/);
  });
});
