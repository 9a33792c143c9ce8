import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { UserError } from "../../../lib/errors";
import type { ComposeModel } from "../../../lib/compose/model";
import type { ComposeHostInputs } from "../../../lib/resources/composeHost";
import { planRelease, readHost, readRecords } from "../../../lib/rollout";
import { duplicatesOf, startLoad } from "../../load/generator";
import { answer, containersOf, eventsDuring, namesOf } from "./support/host";
import { appService, inputsOf, modelOf, openLab, port, PULL, type Lab } from "./support/lab";

const WEB = 15_751;
const API = 15_752;

describe("a release of several services is all or nothing", function () {
  this.timeout(180_000);
  let lab: Lab;
  let model: ComposeModel;

  const release = async (version: string, web: string, api: string): Promise<ComposeHostInputs> =>
    inputsOf(lab, version, model, {
      web: await lab.image(...(web.split("/") as [string, string?])),
      api: await lab.image(...(api.split("/") as [string, string?])),
    });

  before(async function () {
    const opened = await openLab("lab-all");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
    model = modelOf(lab.project, {
      web: appService(lab, {
        ports: [port(8080, WEB)],
        depends_on: { api: { condition: "service_healthy", required: true } },
      }),
      api: appService(lab, { ports: [port(8080, API)] }),
    });
    await lab.deploy(await release("v1", "v1", "v1"));
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
  });

  it("writes nothing when nothing changes", async () => {
    const inputs = await release("v1", "v1", "v1");
    const events = await eventsDuring(lab, async () => {
      const plan = await planRelease(inputs, lab.connection);
      assert.deepEqual([plan.changes, plan.leftovers], [false, []]);
      const { state, generation } = await lab.deploy(inputs);
      assert.equal(generation, 1);
      assert.deepEqual(state.web?.urls, [`http://localhost:${WEB}`]);
      assert.deepEqual((await readHost(inputs, lab.connection)).lines, []);
    });
    assert.deepEqual(events, []);
  });

  it("moves no service when one of them never becomes healthy, and says why", async () => {
    const before = await containersOf(lab);
    const load = startLoad({ url: `http://127.0.0.1:${API}` });
    const failure = await lab
      .deploy(await release("v2", "v2/sick", "v2"))
      .then(() => undefined)
      .catch((error: unknown) => error);
    const result = await load.stop();
    assert(failure instanceof UserError);
    assert.equal(failure.code, "container-not-good");
    assert.match(failure.message, /web: (became unhealthy|did not become healthy)/);
    assert.match(failure.message, /last health probe: exit code 1: health 503/);
    assert.match(failure.message, /version v2 starts/);
    assert.match(failure.message, /what served before serves on/);
    assert.deepEqual([...(await containersOf(lab))], [...before]);
    assert.deepEqual(Object.keys(result.versions), ["v1"]);
    assert.deepEqual(result.failures, []);
  });

  it("says what a crashed container printed", async () => {
    await assert.rejects(lab.deploy(await release("v3", "v1", "v3/crash")), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /this version cannot start: no market feed/);
      return true;
    });
    assert.equal((await answer(`http://127.0.0.1:${API}/`)).version, "v1");
  });

  it("swaps back when a new container dies in the soak", async () => {
    const inputs = await release("v4", "v2", "v4/late-crash");
    const load = startLoad({ url: `http://127.0.0.1:${WEB}` });
    const rollout = { ...inputs.rollout, soakSeconds: 8 };
    await assert.rejects(lab.deploy({ ...inputs, rollout }), /what served before serves on/);
    const result = await load.stop();
    assert.deepEqual(result.failures, []);
    assert.equal((await answer(`http://127.0.0.1:${WEB}/`)).version, "v1");
    assert.equal((await answer(`http://127.0.0.1:${API}/`)).version, "v1");
    assert.equal(
      (await planRelease(await release("v1", "v1", "v1"), lab.connection)).changes,
      false,
    );
  });

  it("releases the next good version, touching only what changed, and goes back without a pull", async () => {
    const before = await containersOf(lab);
    const load = startLoad({ url: `http://127.0.0.1:${WEB}`, prefix: "good" });
    await lab.deploy(await release("v5", "v5", "v1"));
    const after = await containersOf(lab);
    const name = "lab-all-live-api-blue-1";
    assert.equal(after.get(name)?.id, before.get(name)?.id);
    assert.equal((await answer(`http://127.0.0.1:${WEB}/`)).version, "v5");
    lab.lines.length = 0;
    const back = await lab.deploy(await release("v1", "v1", "v1"));
    const result = await load.stop();
    assert.deepEqual(result.failures, []);
    assert.deepEqual(
      lab.lines.filter((line) => line.startsWith("pulling")),
      [],
    );
    const records = await readRecords(lab.connection.docker, lab.project);
    assert.equal(records.at(-1)?.previousVersion, "v5");
    assert.equal(back.state.api?.version, "v1");
    assert.deepEqual(duplicatesOf(lab.seen().filter((id) => id.startsWith("good"))), []);
  });

  it("records its releases and leaves neither lock nor password on the host", async () => {
    const records = await readRecords(lab.connection.docker, lab.project);
    assert.deepEqual(
      records.map(({ generation, version }) => [generation, version]),
      [
        [1, "v1"],
        [2, "v5"],
        [3, "v1"],
      ],
    );
    assert.deepEqual(await namesOf(lab, "lock"), []);
    for (const [, { id }] of await containersOf(lab)) {
      const text = JSON.stringify(await lab.connection.docker.getContainer(id).inspect());
      assert(!text.includes(PULL.password));
    }
  });
});
