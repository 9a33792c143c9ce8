import assert from "node:assert/strict";
import { userInfo } from "node:os";
import type Docker from "dockerode";
import { messageOf } from "../../../lib/errors";
import { LABEL } from "../../../lib/rollout/labels";
import { acquireLock, type Owner } from "../../../lib/rollout/lock";
import { type RanScript, runScript } from "./scripts";

const ME = userInfo().username;
const NOT_LOCKED =
  "echo \"error: no resource named 'urn:pulumi:none::none::none:none:none::none' found\" >&2; exit 1";

describe("the script that makes a build stack", function () {
  this.timeout(60_000);
  const NEW_STACK = `case "$1 $2" in "stack select") echo "passphrase: \${PULUMI_CONFIG_PASSPHRASE-none}" ;; esac
case "$1" in refresh) ${NOT_LOCKED} ;; esac
case "$1 $2 $3" in "config get host") echo false; exit ;; esac`;

  const make = (stackFile: string, passphrase: string): Promise<RanScript> =>
    runScript("build-stack.sh", [], {
      programs: { pulumi: `${NEW_STACK}\ncat Pulumi.build.yaml 2>/dev/null || true` },
      files: { "Pulumi.prod.yaml": stackFile },
      env: {
        BUILD_STACK: "build",
        VERSION: "main",
        PLATFORM: "linux/amd64",
        PULUMI_CONFIG_PASSPHRASE: passphrase,
      },
    });

  it("keeps the secrets under the key of the stack that they come from", async () => {
    const key = "secretsprovider: awskms://alias/pulumi?region=eu-central-1\nencryptedkey: QUJD\n";
    const { code, output, calls } = await make(`${key}config:\n  bot-core:version: v1\n`, "");
    assert.equal(code, 0, output);
    assert.equal(
      calls[0],
      "pulumi stack select build --create --non-interactive --secrets-provider awskms://alias/pulumi?region=eu-central-1",
    );
    assert.ok(output.includes(key), output);
    assert.doesNotMatch(output, /bot-core:version: v1/);
  });

  it("takes a secret that is not set for none, not for an empty passphrase", async () => {
    assert.match((await make("config: {}\n", "")).output, /^passphrase: none$/m);
    const { output, calls } = await make("config: {}\n", "given");
    assert.match(output, /^passphrase: given$/m);
    assert.equal(calls[0], "pulumi stack select build --create --non-interactive");
  });
});

describe("the script that frees what a killed run left", function () {
  this.timeout(60_000);

  /** @param refresh what the probe of the stack's lock does; @param status what the host answers */
  const recover = (refresh: string, status: string): Promise<RanScript> =>
    runScript("recover.sh", [], {
      programs: {
        pulumi: `case "$1" in
  refresh) ${refresh} ;;
  config) echo '{"address":"ssh://h"}' ;;
  stack) printf 'Current stack is prod:\\n    Update in progress:\\n\\tStarted: now\\n\\tRequested By: ann\\nmore\\n' ;;
esac`,
        npx: `case "$2" in status) ${status} ;; esac`,
      },
    });
  const free = (ran: RanScript): readonly string[] =>
    ran.calls.filter((call) => /^pulumi cancel|^npx bot-core unlock/.test(call));
  const lock = (who: string): string => `echo '{"lock":{"who":"${who}"}}'; exit 1`;
  const stackLock = (who: string): string =>
    `echo "error: the stack is currently locked by 1 lock(s)."; echo "  file:///l: created by ${who} (pid 1) at now"; exit 255`;

  it("frees a runner's lock of the stack, and of the host", async () => {
    const ran = await recover(stackLock(`${ME}@elsewhere`), lock(`${ME}@elsewhere`));
    assert.equal(ran.code, 0, ran.output);
    assert.deepEqual(free(ran), [
      "pulumi cancel --stack prod --yes",
      "npx bot-core unlock --stack prod",
    ]);
  });

  it("frees nothing where nothing is locked, also where a service is unwell", async () => {
    const ran = await recover(NOT_LOCKED, "echo '{}'; exit 1");
    assert.equal(ran.code, 0, ran.output);
    assert.match(ran.output, /prod is not locked\nthe host is not locked/);
    assert.deepEqual(free(ran), []);
  });

  for (const [what, refresh, status, says] of [
    [
      "somebody else's lock of the stack",
      stackLock("ann@laptop"),
      "exit 1",
      /created by ann@laptop/,
    ],
    [
      "an update at Pulumi Cloud",
      "echo 'error: [409] Conflict: Another update is currently in progress.'; exit 255",
      "exit 1",
      /Requested By: ann[^]*Another update is currently in progress/,
    ],
    [
      "a backend that does not answer",
      "echo 'error: failed to load checkpoint: blob (S3): AccessDenied'; exit 255",
      "exit 1",
      /could tell whether prod is locked: error: .*AccessDenied/,
    ],
    ["somebody else's lock of the host", NOT_LOCKED, lock("ann@laptop"), /locked by ann@laptop/],
    [
      "a host that does not answer",
      NOT_LOCKED,
      "echo 'the host cannot be reached' >&2; exit 1",
      /could not be asked whether it is locked/,
    ],
  ] as const) {
    it(`stops at ${what}, and frees nothing`, async () => {
      const ran = await recover(refresh, status);
      assert.equal(ran.code, 1, ran.output);
      assert.match(ran.output, says);
      assert.match(ran.output, /^::error::/m);
      assert.deepEqual(free(ran), []);
    });
  }
});

describe("the script that updates", function () {
  this.timeout(60_000);

  const up = (printed: string): Promise<RanScript> =>
    runScript("up.sh", [], {
      programs: {
        pulumi: `echo "$PRINTED"; echo "passphrase: \${PULUMI_CONFIG_PASSPHRASE-none}"; exit 255`,
      },
      env: { PRINTED: printed, PULUMI_CONFIG_PASSPHRASE: "" },
    });

  it("says in the summary who holds the host, in the words of the release that waits", async () => {
    const owner: Owner = { who: "runner@fv-1", machine: "fv-1", pid: 7, started: "1" };
    const labels = {
      [LABEL.owner]: JSON.stringify(owner),
      [LABEL.since]: new Date().toISOString(),
      [LABEL.deadline]: new Date(Date.now() + 60_000).toISOString(),
    };
    // As much of Docker as a lock that is taken needs.
    const docker = {
      createContainer: () => Promise.reject(Object.assign(new Error("taken"), { statusCode: 409 })),
      getContainer: () => ({
        inspect: () => Promise.resolve({ Id: "1", Config: { Labels: labels } }),
      }),
    } as unknown as Docker;
    const options = { project: "shop", image: "i", deadlineSeconds: 1, report: () => undefined };
    const refused = await acquireLock(docker, options).catch((error: unknown) => messageOf(error));
    assert.ok(typeof refused === "string");
    const ran = await up(`error: ${refused}`);
    assert.equal(ran.code, 1);
    assert.match(
      ran.summary,
      /### `prod` is locked[^]*runner@fv-1 \(process 7\) holds the lock[^]*\n```\n$/,
    );
  });

  it("says nothing of locks where it failed of something else", async () => {
    const ran = await up("error: the image is refused by the scan");
    assert.equal(ran.code, 1);
    assert.equal(ran.summary, "");
    assert.match(ran.output, /^passphrase: none$/m);
  });
});
