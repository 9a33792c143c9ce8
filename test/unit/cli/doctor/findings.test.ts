import assert from "node:assert/strict";
import { resolve } from "node:path";
import {
  buildHosts,
  daemonFinding,
  parseInfo,
  parsePlatforms,
  platformFinding,
} from "../../../../cli/doctor/builds";
import type { Finding } from "../../../../cli/doctor/check";
import { freeFinding } from "../../../../cli/doctor/disk";
import { hostFinding, lockFinding } from "../../../../cli/doctor/release";
import {
  composeFinding,
  nodeFinding,
  pluginFinding,
  pulumiFinding,
} from "../../../../cli/doctor/tools";
import type { BuildSettings } from "../../../../lib/settings/settings";

const REPOSITORY = resolve(__dirname, "../../../..");
const GIB = 2 ** 30;
const build: BuildSettings = {
  platforms: ["linux/amd64", "linux/arm64"],
  builders: { "linux/arm64": "ssh://arm" },
  mode: "missing",
  cache: "none",
  push: true,
  index: true,
};
const owner = { who: "ann@desk", machine: "", pid: 7, started: "" };
const holder = { id: "x", owner, since: "2026-03-04T11:42:00Z", deadline: "" };
const plugins = (version: string): string =>
  JSON.stringify([{ name: "docker", kind: "resource", version }]);
const offline = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
const arm = { address: "ssh://arm", platforms: ["linux/arm64"] };
const info = (driverStatus: string[][]): string =>
  JSON.stringify({ ServerVersion: "29.0.0", Driver: "overlayfs", DriverStatus: driverStatus });

describe("doctor's findings", () => {
  const cases: readonly (readonly [string, Finding, Finding["state"], RegExp])[] = [
    ["node", nodeFinding("20.19.0"), "ok", /^20\.19\.0$/],
    ["an old node", nodeFinding("18.20.1"), "fault", /18\.20\.1; 20\.19\.0 or newer/],
    ["pulumi", pulumiFinding("v3.259.0"), "ok", /^v3\.259\.0$/],
    ["an old pulumi", pulumiFinding("v3.258.9"), "fault", /v3\.258\.9; 3\.259\.0 or newer/],
    ["no pulumi", pulumiFinding(undefined), "fault", /not on PATH/],
    ["compose", composeFinding("2.26.1-4"), "ok", /^2\.26\.1-4$/],
    ["an old compose", composeFinding("2.23.3"), "fault", /2\.23\.3; 2\.26\.0 or newer/],
    ["no compose", composeFinding(undefined), "fault", /does not work/],
    ["the docker plugin", pluginFinding(plugins("5.2.0"), REPOSITORY, {}), "ok", /^5\.2\.0$/],
    [
      "another docker plugin",
      pluginFinding(plugins("4.0.0"), REPOSITORY, {}),
      "warning",
      /will fetch it/,
    ],
    [
      "no docker plugin, nor a way to it",
      pluginFinding("[]", REPOSITORY, offline),
      "fault",
      /5\.2\.0 is not installed$/,
    ],
    [
      "a daemon",
      daemonFinding(arm, { value: parseInfo(info([["Supports d_type", "true"]])) }),
      "ok",
      /^29\.0\.0/,
    ],
    [
      "containerd's store",
      daemonFinding(arm, {
        value: parseInfo(info([["driver-type", "io.containerd.snapshotter.v1"]])),
      }),
      "warning",
      /#967.*#1789/,
    ],
    ["no daemon", daemonFinding(arm, { refusal: "refused" }), "fault", /answers: refused$/],
    ["platforms", platformFinding(arm, ["linux/amd64", "linux/arm64"]), "ok", /^linux\/arm64$/],
    [
      "a foreign platform",
      platformFinding(arm, ["linux/amd64"]),
      "warning",
      /linux\/arm64 do not run/,
    ],
    ["unknown platforms", platformFinding(arm, undefined), "skipped", /does not tell/],
    ["much space", freeFinding("/x", 6 * GIB), "ok", /^6\.0 GiB free in \/x$/],
    ["little space", freeFinding("/x", 4 * GIB), "warning", /4\.0 GiB/],
    ["no space", freeFinding("/x", GIB / 2), "fault", /0\.5 GiB.*too little/],
    [
      "a host",
      hostFinding({ address: "a", engineVersion: "26", platform: "linux/amd64" }, { build }),
      "ok",
      /linux\/amd64/,
    ],
    [
      "a host of another platform",
      hostFinding({ address: "a", engineVersion: "26", platform: "linux/riscv64" }, { build }),
      "fault",
      /a is linux\/riscv64/,
    ],
    ["a free lock", lockFinding(undefined), "ok", /^free$/],
    [
      "a held lock",
      lockFinding(holder),
      "fault",
      /ann@desk \(process 7\) holds it since 2026-03-04 11:42/,
    ],
  ];
  for (const [title, finding, state, detail] of cases) {
    it(`${state}: ${title}`, () => {
      assert.equal(finding.state, state);
      assert.match(finding.detail, detail);
      assert.equal(finding.mend !== undefined, state === "fault" || state === "warning");
    });
  }

  it("count builders once each, this machine first", () => {
    assert.deepEqual(buildHosts(build), [{ platforms: ["linux/amd64"] }, arm]);
    assert.deepEqual(buildHosts({ ...build, platforms: ["linux/arm64"] }), [arm]);
  });

  it("read what buildx prints", () => {
    const printed =
      "Name: default\nPlatforms:        linux/amd64*, linux/amd64/v2, linux/arm64/v8\n";
    assert.deepEqual(parsePlatforms(printed), ["linux/amd64", "linux/amd64/v2", "linux/arm64"]);
    assert.equal(parsePlatforms("Name: default\n"), undefined);
  });
});
