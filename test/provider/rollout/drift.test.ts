import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { UserError } from "../../../lib/errors";
import type { ComposeHostInputs } from "../../../lib/resources/composeHost";
import { planRelease, readHost, unlock } from "../../../lib/rollout";
import { LABEL, lockName } from "../../../lib/rollout/labels";
import { thisOwner } from "../../../lib/rollout/lock";
import { answer, namesOf } from "./support/host";
import { appService, inputsOf, modelOf, openLab, port, type Lab } from "./support/lab";

const WEB = 15_755;

describe("drift, orphans and the lock", function () {
  this.timeout(180_000);
  let lab: Lab;

  const release = async (version: string, more: string[] = []): Promise<ComposeHostInputs> => {
    const names = ["web", ...more];
    const services = names.map((name) => [
      name,
      appService(lab, name === "web" ? { ports: [port(8080, WEB)] } : {}),
    ]);
    const image = await lab.image("v1");
    const model = modelOf(
      lab.project,
      Object.fromEntries(services) as Record<string, ReturnType<typeof appService>>,
    );
    return inputsOf(lab, version, model, Object.fromEntries(names.map((name) => [name, image])));
  };

  const container = (name: string) => lab.connection.docker.getContainer(name);

  /** The colour that runs now. */
  const live = async (): Promise<string> => {
    const names = await namesOf(lab, "colour");
    return names.find((name) => name.includes("-web-")) ?? "";
  };

  const mends = async (finding: RegExp): Promise<void> => {
    const inputs = await release("v1");
    const { lines } = await readHost(inputs, lab.connection);
    assert.match(lines.join("\n"), finding);
    assert.equal((await planRelease(inputs, lab.connection)).changes, true);
    await lab.deploy(inputs);
    assert.deepEqual((await readHost(inputs, lab.connection)).lines, []);
    assert.equal((await answer(`http://127.0.0.1:${WEB}/`)).version, "v1");
  };

  before(async function () {
    const opened = await openLab("lab-drift");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
    await lab.deploy(await release("v1", ["worker"]));
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
  });

  it("removes an orphan and its switch", async () => {
    assert.equal((await namesOf(lab, "colour")).length, 2);
    await mends(/worker-blue-1: its service is no longer in the Compose file/);
    assert.deepEqual(await namesOf(lab, "colour"), [await live()]);
    assert.deepEqual(await namesOf(lab, "switch"), ["lab-drift-live-web-switch-1"]);
  });

  it("starts a container that was stopped by hand", async () => {
    await container(await live()).stop({ t: 1 });
    await mends(/web-blue-1 is exited/);
  });

  it("makes a container again that was removed by hand", async () => {
    await container(await live()).remove({ force: true });
    await mends(/web: /);
  });

  it("corrects a restart policy that was changed by hand", async () => {
    await container(await live()).update({ RestartPolicy: { Name: "no" } });
    await mends(/has the restart policy no, not unless-stopped/);
  });

  it("brings back a switch that was stopped or removed", async () => {
    await container("lab-drift-live-web-switch-1").stop({ t: 1 });
    await mends(/its switch is stopped/);
    await container("lab-drift-live-web-switch-1").remove({ force: true });
    await mends(/its switch is missing/);
  });

  it("names foreign containers that answer to our names, and leaves them", async () => {
    const { docker } = lab.connection;
    const stranger = await docker.createContainer({
      name: "lab-drift-stranger",
      Image: lab.switchImage,
      Entrypoint: ["sleep"],
      Cmd: ["60"],
      NetworkingConfig: { EndpointsConfig: { "lab-drift_default": { Aliases: ["web"] } } },
    });
    try {
      await stranger.start();
      const inputs = await release("v1");
      const plan = await planRelease(inputs, lab.connection);
      assert.match(plan.warnings.join("\n"), /lab-drift-stranger .* answers to the name web/);
      assert.match(
        (await readHost(inputs, lab.connection)).lines.join("\n"),
        /lab-drift-stranger: answers to the name web/,
      );
    } finally {
      await stranger.remove({ force: true });
    }
  });

  it("refuses a second release while one runs, and says whose it is and how to break it", async () => {
    await makeLock({ ...thisOwner(), who: "ann@desk", pid: process.ppid, machine: "another" });
    await assert.rejects(
      release("v2").then((inputs) => lab.deploy(inputs)),
      (error) => {
        assert(error instanceof UserError);
        assert.equal(error.code, "rollout-locked");
        assert.match(error.message, /ann@desk .* since 20\d\d-.*npx bot-core unlock/);
        return true;
      },
    );
    const broken = await unlock(lab.project, lab.connection);
    assert.equal(broken?.who, "ann@desk");
    assert.equal(await unlock(lab.project, lab.connection), undefined);
  });

  it("takes over the lock of a predecessor that died on this machine", async () => {
    await makeLock({ ...thisOwner(), pid: 999_999, started: "12345" });
    lab.lines.length = 0;
    await lab.deploy(await release("v2"));
    assert.match(lab.lines.join("\n"), /taking over the lock of .*999999 on this machine is gone/);
    assert.deepEqual(await namesOf(lab, "lock"), []);
  });

  async function makeLock(owner: ReturnType<typeof thisOwner>): Promise<void> {
    await lab.connection.docker.createContainer({
      name: lockName(lab.project),
      Image: lab.switchImage,
      Labels: {
        [LABEL.project]: lab.project,
        [LABEL.role]: "lock",
        [LABEL.owner]: JSON.stringify(owner),
        [LABEL.since]: new Date().toISOString(),
        [LABEL.deadline]: new Date(Date.now() + 600_000).toISOString(),
      },
    });
  }
});
