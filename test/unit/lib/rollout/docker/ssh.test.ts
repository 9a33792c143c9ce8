import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { messageOf, UserError } from "../../../../../lib/errors";
import { openTunnel, sshArguments } from "../../../../../lib/rollout/docker/ssh";

const ADDRESS = "ssh://deploy@host.example:2222";

describe("the ssh session to a host", () => {
  const path = process.env["PATH"] ?? "";
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-unit-"));
    process.env["PATH"] = [folder, path].join(delimiter);
  });

  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  });

  const fakeSsh = (script: string): void => {
    writeFileSync(join(folder, "ssh"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "ssh"), 0o755);
  };

  it("names user, port and host apart from the options, and never asks", () => {
    const args = sshArguments(ADDRESS, "/tmp/s").join(" ");
    assert.match(args, / -p 2222 -l deploy -L \/tmp\/s:\/var\/run\/docker\.sock -- host\.example$/);
    assert.match(args, /BatchMode=yes/);
    assert.doesNotMatch(args, /StrictHostKeyChecking|UserKnownHostsFile/);
  });

  for (const address of ["ssh://-oProxyCommand=x", "ssh://-l@host", "ssh://", "ssh://h:port"]) {
    it(`refuses ${address}`, () => {
      assert.throws(() => sshArguments(address, "/tmp/s"), UserError);
    });
  }

  it("that fails tells the last lines of ssh in one line, without its carriage returns", async () => {
    fakeSsh("printf 'No key is known.\\r\\nHost key verification failed.\\r\\n' >&2; exit 255");
    const error = await openTunnel(ADDRESS, AbortSignal.timeout(5_000)).catch((it: unknown) => it);
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "host-unreachable");
    assert.equal(
      messageOf(error),
      `${ADDRESS} cannot be reached: No key is known.; Host key verification failed.; ` +
        "`ssh deploy@host.example -p 2222 docker info` must work without a question " +
        "(key in the agent, host key known)",
    );
  });
});
