import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import { UserError } from "../../../lib/errors";
import { connect, deployRelease } from "../../../lib/rollout";
import { startLoad } from "../../load/generator";
import { appService, inputsOf, modelOf, openLab, port, PULL, type Lab } from "./support/lab";
import { startSshServer, type SshServer, whySshServerIsMissing } from "../../support/sshServer";

const WEB = 15_758;
const SSH = 15_759;
const signal = (): AbortSignal => AbortSignal.timeout(60_000);

describe("a release over ssh", function () {
  this.timeout(180_000);
  const path = process.env["PATH"];
  let server: SshServer;
  let lab: Lab;

  before(async function () {
    const reason = whySshServerIsMissing();
    if (reason !== undefined) skip(this, reason);
    server = await startSshServer(SSH);
    process.env["PATH"] = `${server.bin}:${path ?? ""}`;
    const opened = await openLab("lab-ssh", server.address);
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
    process.env["PATH"] = path;
    await (server as SshServer | undefined)?.close();
  });

  it("goes through one forwarded socket, loses no request and leaves no login", async () => {
    const logins = join(homedir(), ".docker", "config.json");
    const before = existsSync(logins) ? readFileSync(logins, "utf8") : "";
    const model = modelOf(lab.project, { web: appService(lab, { ports: [port(8080, WEB)] }) });
    const release = async (version: string): Promise<ReturnType<typeof inputsOf>> =>
      inputsOf(lab, version, model, { web: await lab.image(version) });
    await lab.deploy(await release("v1"));
    const load = startLoad({ url: `http://127.0.0.1:${WEB}` });
    await lab.deploy(await release("v2"));
    const result = await load.stop();
    assert.deepEqual(result.failures, []);
    assert.equal(server.sessions().opened, 1, "one ssh session for two releases");
    assert.equal(existsSync(logins) ? readFileSync(logins, "utf8") : "", before);
    assert(!before.includes(PULL.password));
  });

  it("fails with a clear error when the line is lost, and the next release finishes", async () => {
    const model = modelOf(lab.project, { web: appService(lab, { ports: [port(8080, WEB)] }) });
    const inputs = inputsOf(lab, "v3", model, { web: await lab.image("v3") });
    const line = await connect({ address: server.address }, { signal: signal() });
    await assert.rejects(
      deployRelease(inputs, line, {
        report: (text) => {
          if (text.startsWith("waiting until")) void line.close();
        },
        signal: signal(),
        credentials: () => Promise.resolve(PULL),
      }),
      /Not all could be undone; the next run finishes it/,
    );
    const { state } = await lab.deploy(inputs);
    assert.equal(state.web?.version, "v3");
  });

  it("says what to do when the host cannot be reached or asks a question", async () => {
    const cases: [string, RegExp][] = [
      [
        "ssh://root@127.0.0.1:1",
        /cannot be reached: .*refused.*`ssh root@127.0.0.1 -p 1 docker info`/,
      ],
      [`ssh://nobody-here@127.0.0.1:${SSH}`, /cannot be reached: .*Permission denied/],
      ["ssh://-oProxyCommand=x", /is not ssh:\/\/user@host/],
      ["tcp://127.0.0.1:2375", /allowed are unix:\/\/\/var\/run\/docker.sock/],
      ["no-such-context", /is no docker context here/],
      ["unix:///nowhere/docker.sock", /no Docker engine answers/],
    ];
    for (const [address, message] of cases) {
      await assert.rejects(connect({ address }, { signal: signal() }), (error) => {
        assert(error instanceof UserError, address);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
