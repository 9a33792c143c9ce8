import assert from "node:assert/strict";
import { findingsOf, parseWith } from "./support";

const FILE = "a relative path of a file inside the project folder, with `/` between its parts";
const HOST = "unix:///PATH, ssh://[USER@]HOST[:PORT], or the name of a docker context";
const SET_HOST = "run: pulumi config set --path bot-core:host.address unix:///var/run/docker.sock";

type Row = readonly [name: string, args: Parameters<typeof parseWith>, findings: readonly string[]];

const rejected: readonly Row[] = [
  [
    "no host",
    [{ host: undefined }],
    [
      "host: not set; allowed: {address, engine?, project?, envFiles?}, or false to publish only; " +
        SET_HOST,
    ],
  ],
  [
    "a host without address, misspelt",
    [{ host: { adress: "x" } }],
    [
      `host.address: not set; allowed: ${HOST}; ${SET_HOST}`,
      "host.adress: unknown key; allowed: address, engine, project, envFiles; " +
        "did you mean address?; run: pulumi config rm --path bot-core:host.adress",
    ],
  ],
  ...["http://x", "ssh://", "unix://relative", "ssh://h/path", "ssh://-oProxyCommand=x", "a b"].map(
    (address): Row => [
      `host ${address}`,
      [{ host: { address } }],
      [`host.address: given "${address}"; allowed: ${HOST}; ${SET_HOST}`],
    ],
  ),
  [
    "a host with a password, not shown",
    [{ host: { address: "ssh://me:hunter2@host" } }],
    [`host.address: given a value that is not shown; allowed: ${HOST}; ${SET_HOST}`],
  ],
  [
    "engine swarm",
    [{ host: { address: "prod", engine: "swarm" } }],
    [
      'host.engine: given "swarm", which is not built yet; allowed: compose; ' +
        "run: pulumi config set --path bot-core:host.engine compose",
    ],
  ],
  [
    "a project in capitals",
    [{ host: { address: "prod", project: "Shop" } }],
    [
      'host.project: given "Shop"; allowed: lower-case letters, digits, `-` and `_`, beginning with ' +
        "a letter or digit; run: pulumi config set --path bot-core:host.project bot-core",
    ],
  ],
  [
    "an env file outside the project",
    [{ host: { address: "prod", envFiles: ["../x.env"] } }],
    [
      `host.envFiles[0]: given "../x.env"; allowed: ${FILE}; ` +
        "run: pulumi config set --path 'bot-core:host.envFiles[0]' production.env",
    ],
  ],
  [
    "a switch image without tag",
    [{ switchImage: "haproxy" }],
    [
      'switchImage: given "haproxy"; allowed: an image reference with a tag or a sha256 digest; ' +
        "run: pulumi config set bot-core:switchImage docker.io/library/haproxy:3.0-alpine",
    ],
  ],
  ...([-1, 1.5, 86_401, true] as const).map((drainSeconds): Row => [
    `drainSeconds ${drainSeconds}`,
    [{ rollout: { drainSeconds } }],
    [
      `rollout.drainSeconds: given ${drainSeconds}; allowed: a whole number of seconds from 0 to ` +
        "86400; run: pulumi config set --path bot-core:rollout.drainSeconds 30",
    ],
  ]),
  [
    "no release kept, no time given",
    [{ rollout: { keepReleases: 0, timeoutSeconds: 0 } }],
    [
      "rollout.timeoutSeconds: given 0; allowed: a whole number of seconds from 1 to 86400; " +
        "run: pulumi config set --path bot-core:rollout.timeoutSeconds 300",
      "rollout.keepReleases: given 0; allowed: a whole number of releases from 1 to 100; " +
        "run: pulumi config set --path bot-core:rollout.keepReleases 5",
    ],
  ],
  [
    "rollout as a number",
    [{ rollout: 5 }],
    [
      "rollout: given a value that is not shown; allowed: an object like {drainSeconds: 30}; " +
        "run: pulumi config set --path bot-core:rollout.drainSeconds 30",
    ],
  ],
  [
    "a misspelt key of rollout",
    [{ rollout: { drainSecond: 3 } }],
    [
      "rollout.drainSecond: unknown key; allowed: drainSeconds, soakSeconds, timeoutSeconds, " +
        "keepReleases, allowVolumeOverlap; did you mean drainSeconds?; " +
        "run: pulumi config rm --path bot-core:rollout.drainSecond",
    ],
  ],
  [
    "retention without days",
    [{ retention: { untaggedDays: 0, prDays: "x" } }],
    [
      "retention.untaggedDays: given 0; allowed: a whole number of days from 1 to 3650; " +
        "run: pulumi config set --path bot-core:retention.untaggedDays 14",
      'retention.prDays: given "x"; allowed: a whole number of days from 1 to 3650; ' +
        "run: pulumi config set --path bot-core:retention.prDays 14",
    ],
  ],
];

describe("parseSettings: rejected hosts, rollouts and retentions", () => {
  for (const [name, args, findings] of rejected) {
    it(name, () => {
      assert.deepEqual(
        findingsOf(() => parseWith(...args)),
        findings,
      );
    });
  }
});
