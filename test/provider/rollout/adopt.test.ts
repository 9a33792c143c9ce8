import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { run } from "../../../lib/process/run";
import { bytesOf } from "../../../lib/rollout/docker/stream";
import { planRelease } from "../../../lib/rollout";
import { startLoad } from "../../load/generator";
import { answer, namesOf } from "./support/host";
import { appService, inputsOf, modelOf, openLab, port, type Lab } from "./support/lab";

const WEB = 15_760;

describe("adopting a plain Compose project", function () {
  this.timeout(180_000);
  let lab: Lab;

  before(async function () {
    const opened = await openLab("lab-adopt");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
  });

  after(async () => {
    await run("docker", ["compose", "-p", "lab-adopt", "down"]);
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
  });

  it("takes over ports, networks and names once, and says in the plan that they blink", async () => {
    const model = modelOf(lab.project, {
      web: appService(lab, { ports: [port(8080, WEB)] }),
      worker: appService(lab, { deploy: {}, expose: [] }),
    });
    const image = await lab.image("v1");
    const plain = {
      services: {
        web: { image: await pulled(image), ports: [`127.0.0.1:${WEB}:8080`] },
        worker: { image: await pulled(image) },
        tool: { image: await pulled(image) },
      },
      networks: { default: { name: `${lab.project}_default` } },
    };
    const up = ["compose", "-p", lab.project, "-f", "-", "up", "-d", "--wait"];
    const started = await run("docker", up, { input: JSON.stringify(plain) });
    assert.equal(started.code, 0, started.stderr);
    const inputs = inputsOf(lab, "v1", model, { web: image, worker: image });
    const plan = await planRelease(inputs, lab.connection);
    assert.deepEqual(
      plan.services.map(({ name, action }) => [name, action]),
      [
        ["web", "adopt"],
        ["worker", "adopt"],
      ],
    );
    assert.match(plan.warnings.join("\n"), /web: port 15760->8080 blinks once/);
    await lab.deploy(inputs);
    assert.equal((await answer(`http://127.0.0.1:${WEB}/`)).version, "v1");
    const left = await run("docker", ["compose", "-p", lab.project, "ps", "-a", "--services"]);
    assert.deepEqual(left.stdout.trim().split("\n"), ["tool"]);
    assert.equal((await planRelease(inputs, lab.connection)).changes, false);
  });

  it("is out of reach of an operator's own `up --remove-orphans` there", async () => {
    const before = await namesOf(lab, "colour");
    const load = startLoad({ url: `http://127.0.0.1:${WEB}` });
    const image = await pulled(await lab.image("v1"));
    const file = JSON.stringify({ services: { tool: { image } } });
    const up = ["compose", "-p", lab.project, "-f", "-", "up", "-d", "--remove-orphans"];
    const result = await run("docker", up, { input: file });
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual((await load.stop()).failures, []);
    assert.deepEqual(await namesOf(lab, "colour"), before);
  });

  it("changes a switch's port with a blink that the plan names, and nothing else restarts", async () => {
    const model = modelOf(lab.project, {
      web: appService(lab, { ports: [port(8080, WEB), port(8080, WEB + 1)] }),
      worker: appService(lab, { deploy: {}, expose: [] }),
    });
    const image = await lab.image("v1");
    const inputs = inputsOf(lab, "v1", model, { web: image, worker: image });
    const plan = await planRelease(inputs, lab.connection);
    assert.match(plan.warnings.join("\n"), /web: port .*15761->8080 blinks: its switch restarts/);
    await lab.deploy(inputs);
    assert.equal((await answer(`http://127.0.0.1:${WEB + 1}/`)).version, "v1");
    assert.equal((await planRelease(inputs, lab.connection)).changes, false);
  });

  async function pulled(image: { repository: string; digest: string }): Promise<string> {
    const reference = `${image.repository}@${image.digest}`;
    const { docker } = lab.connection;
    const login = {
      username: "pull",
      password: "lab-pull-9c04",
      serveraddress: lab.registry.server,
    };
    const stream = await docker.pull(reference, { authconfig: login });
    await bytesOf(stream);
    return reference;
  }
});
