import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import { lookUpVersion } from "../../../lib/images";
import { run } from "../../../lib/process/run";
import { SARIF_TYPE, SPDX_TYPE } from "../../../lib/supplyChain";
import { pulumi } from "../support/project";
import { registry } from "../support/registry";
import { planned } from "../support/release";
import { KEY_PASSWORD, type Lab, missingTools, openLab, PLATFORMS, SERVICES, UNSOUND } from "./lab";
import { botCore, deploy, refuse } from "./steps";

describe("releases through every gate", function () {
  this.timeout(900_000);
  let lab: Lab;

  before(async function () {
    const reason = missingTools("trivy");
    if (reason !== undefined) skip(this, reason);
    lab = await openLab("trivy");
  });
  after(async () => {
    await (lab as Lab | undefined)?.close();
  });

  const deploys = (version: string): Promise<void> => deploy(lab, version);
  const refuses = (version: string, says: RegExp): Promise<void> => refuse(lab, version, says);

  it("scans, lists, signs and verifies before any tag of any service", async () => {
    await deploys("v0.1.0");
    const writes = await lab.writes();
    const last = (wanted: RegExp, of: "reference" | "agent"): number =>
      writes.findLastIndex((write) => wanted.test(write[of]));
    const first = (wanted: RegExp): number =>
      writes.findIndex(({ reference }) => wanted.test(reference));
    const versions = writes.filter(({ reference }) => reference === "v0.1.0");
    assert.deepEqual(versions.map(({ service }) => service).sort(), [...SERVICES]);
    assert.ok(
      writes.some(({ agent }) => /cosign/.test(agent)),
      JSON.stringify(writes),
    );
    // What is attached and signed has a digest, or the tag of a list of referrers.
    const before = Math.max(last(/^sha256[:-]/, "reference"), last(/cosign/, "agent"));
    assert.ok(before < first(/^(?:v0\.1\.0|v0\.1|latest)$/), JSON.stringify(writes));
    for (const service of SERVICES) {
      const own = writes.filter((write) => write.service === service).map((one) => one.reference);
      assert.ok(own.includes("latest") && own.includes("v0.1"), own.join());
      assert.equal(own.at(-1), "v0.1.0");
    }
  });

  it("changes nothing in the run right after", async () => {
    assert.deepEqual(await planned(lab.project), {});
  });

  it("files its reports, and attaches them to each platform's image", async () => {
    const folder = join(lab.project.directory, "reports", "v0.1.0");
    const images = SERVICES.flatMap((service) =>
      PLATFORMS.map((platform) => ({ service, platform, name: `${service}-${archOf(platform)}` })),
    );
    assert.deepEqual((await readdir(folder)).sort(), [
      ...images.flatMap(({ name }) =>
        ["findings.json", "sarif", "spdx.json"].map((kind) => `${name}.${kind}`),
      ),
      "summary.html",
      "summary.md",
    ]);
    for (const { service, platform, name } of images) {
      const repository = `${lab.project.namespace}/${service}`;
      const published = await lookUpVersion(registry(), repository, "v0.1.0");
      const image = published?.platforms.find((one) => one.platform === platform);
      assert.ok(image);
      const count = async (type: string): Promise<number> => {
        const found = await registry().listReferrers(repository, image.digest, type);
        return found.length;
      };
      assert.deepEqual([await count(SARIF_TYPE), await count(SPDX_TYPE)], [1, 1]);
      const sarif = await readFile(join(folder, `${name}.sarif`), "utf8");
      const { runs } = JSON.parse(sarif) as { runs: { automationDetails: { id: string } }[] };
      assert.deepEqual(
        runs.map(({ automationDetails }) => automationDetails.id),
        [`trivy/${service}/${platform.replace("/", "-")}/`],
      );
    }
  });

  it("prints commands by which others verify", async () => {
    const { output } = await pulumi(lab.project, "stack", "output", "verifyCommands", "--json");
    const commands = JSON.parse(output) as string[];
    assert.equal(commands.length, SERVICES.length);
    for (const command of commands) {
      assert.match(command, /^cosign verify /);
      const { code, stderr } = await run("sh", ["-c", command], {
        cwd: lab.project.directory,
        env: { ...lab.project.environment, DOCKER_CONFIG: lab.login },
      });
      assert.equal(code, 0, `${command}\n${stderr}`);
    }
  });

  it("keeps the key's password and the registry's out of state", async () => {
    const { output } = await pulumi(lab.project, "stack", "export");
    for (const secret of [KEY_PASSWORD, lab.project.environment["DOCKER_PASSWORD"] ?? ""]) {
      assert.ok(secret !== "" && !output.includes(secret));
    }
  });

  it("refuses a finding, naming package and fixed version, and leaves every tag and the host", async () => {
    await lab.edit("second", UNSOUND);
    await refuses(
      "v0.2.0",
      /`ai` v0\.2\.0 \(linux\/amd64\) is refused by the scan: 1 critical[^]*CRITICAL +CVE-2026-20001 +lab-vulnerable +1\.4\.1 +1\.4\.2[^]*reports\/v0\.2\.0\/ai-amd64\.sarif/,
    );
  });

  it("accepts it for a time, and refuses an acceptance that has expired", async () => {
    const ignoreFile = (expires: string): string =>
      `ignores:\n  - id: CVE-2026-20001\n    reason: the service does not call it\n    expires: ${expires}\n`;
    await lab.project.configure({ scan: { severities: ["CRITICAL"], ignoreFile: "ignore.yaml" } });
    await lab.project.write("ignore.yaml", ignoreFile("2020-01-31"));
    await refuses(
      "v0.2.0",
      /ignore\.yaml:2: `CVE-2026-20001` was accepted until 2020-01-31 \(the service does not call it\)/,
    );
    await lab.project.write("ignore.yaml", ignoreFile("2999-12-31"));
    await deploys("v0.2.0");
    const folder = join(lab.project.directory, "reports", "v0.2.0");
    assert.match(await readFile(join(folder, "ai-amd64.sarif"), "utf8"), /"suppressions"/);
    assert.match(
      await readFile(join(folder, "summary.md"), "utf8"),
      /the service does not call it/,
    );
  });

  it("is told in a pull request's comment with what its scan found", async () => {
    await lab.project.configure({ version: "v0.1.0" });
    const preview = join(lab.project.directory, "preview.json");
    const { output } = await pulumi(lab.project, "preview", "--json");
    await writeFile(preview, output.slice(output.indexOf("{")));
    const args = ["preview-comment", "--print", "--file", preview, "--stack", "test"];
    const comment = await botCore(lab.project, ...args);
    assert.equal(comment.code, 0, comment.output);
    for (const service of SERVICES) {
      assert.match(
        comment.output,
        new RegExp(`^\\| \`${service}\` \\| v0\\.2\\.0 \\| v0\\.1\\.0 \\|.*\\| none \\|$`, "m"),
      );
    }
  });

  it("goes back to the signed version before it", async () => {
    await deploys("v0.1.0");
  });
});

function archOf(platform: string): string {
  return platform.slice(platform.indexOf("/") + 1);
}
