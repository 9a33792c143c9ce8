import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import type { JsonObject } from "../../../lib/compose/model";
import { UserError } from "../../../lib/errors";
import type { ComposeHostInputs } from "../../../lib/resources/composeHost";
import { planRelease } from "../../../lib/rollout";
import { duplicatesOf, startLoad } from "../../load/generator";
import { answer, namesOf } from "./support/host";
import { appService, inputsOf, modelOf, openLab, port, type Lab } from "./support/lab";

const HELD = 15_753;
const PLAIN = 15_754;

describe("a service that must not run twice", function () {
  this.timeout(180_000);
  let lab: Lab;
  const inPlace: JsonObject = { deploy: { update_config: { order: "stop-first" } } };

  const release = async (
    version: string,
    images: { held: string; plain: string; fault?: string },
    jobVersion = "v1",
  ): Promise<ComposeHostInputs> => {
    const model = modelOf(lab.project, {
      held: appService(lab, { ...inPlace, ports: [port(8080, HELD)], "x-hold": true }),
      plain: appService(lab, {
        ...inPlace,
        ports: [port(8080, PLAIN)],
        container_name: "lab-fixed",
        volumes: [
          { type: "bind", source: lab.ids.replace(/\/ids$/, ""), target: "/ids" },
          { type: "volume", target: "/data" },
        ],
        depends_on: { job: { condition: "service_completed_successfully", required: true } },
      }),
      job: appService(lab, { command: ["node", "/srv/server.cjs", "--job"], restart: "no" }),
    });
    return inputsOf(lab, version, model, {
      held: await lab.image(images.held, images.fault),
      plain: await lab.image(images.plain),
      job: await lab.image(jobVersion, jobVersion === "v9" ? "crash" : ""),
    });
  };

  before(async function () {
    const opened = await openLab("lab-hold");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
    await lab.deploy(await release("v1", { held: "v1", plain: "v1" }));
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
  });

  it("lets requests wait while it is recreated: none fails, none runs twice", async () => {
    const load = startLoad({ url: `http://127.0.0.1:${HELD}`, prefix: "held", slow: true });
    await lab.deploy(await release("v2", { held: "v2", plain: "v1" }));
    const result = await load.stop();
    console.log(
      `      ${result.requests} requests, ${result.failures.length} failed, the slowest ${result.slowestMs.toFixed(0)} ms`,
    );
    assert.deepEqual(result.failures, []);
    assert.deepEqual(Object.keys(result.versions).sort(), ["v1", "v2"]);
    assert.deepEqual(duplicatesOf(lab.seen().filter((id) => id.startsWith("held"))), []);
  });

  it("gets its old container back when the new one is not good; the requests only waited", async () => {
    const load = startLoad({ url: `http://127.0.0.1:${HELD}`, prefix: "back" });
    await assert.rejects(
      lab.deploy(await release("v3", { held: "v3", plain: "v1", fault: "crash" })),
      /no market feed/,
    );
    const result = await load.stop();
    assert.deepEqual(result.failures, []);
    assert.deepEqual(Object.keys(result.versions), ["v2"]);
    const same = await release("v2", { held: "v2", plain: "v1" });
    assert.deepEqual((await planRelease(same, lab.connection)).changes, false);
  });

  it("keeps its name and its unnamed volume without a switch, and ran its job once", async () => {
    const docker = lab.connection.docker;
    const before = await docker.getContainer("lab-fixed").inspect();
    const data = (info: typeof before): string | undefined =>
      info.Mounts.find(({ Destination }) => Destination === "/data")?.Name;
    await lab.deploy(await release("v4", { held: "v2", plain: "v4" }));
    const after = await docker.getContainer("lab-fixed").inspect();
    assert.notEqual(after.Id, before.Id);
    assert.equal(data(after), data(before));
    assert.equal((await answer(`http://127.0.0.1:${PLAIN}/`)).version, "v4");
    assert.deepEqual(
      lab.seen().filter((id) => id.startsWith("job-")),
      ["job-v1"],
    );
  });

  it("stops before anything changes when a job fails", async () => {
    await assert.rejects(
      lab.deploy(await release("v5", { held: "v5", plain: "v5" }, "v9")),
      (error) => {
        assert(error instanceof UserError);
        assert.match(error.message, /job: the job ended with exit code 3/);
        return true;
      },
    );
    assert.equal((await answer(`http://127.0.0.1:${PLAIN}/`)).version, "v4");
    assert.equal((await namesOf(lab, "colour")).length, 3);
  });

  it("runs a job of new content once, and not again on the way back", async () => {
    await lab.deploy(await release("v6", { held: "v2", plain: "v4" }, "v6"));
    await lab.deploy(await release("v4", { held: "v2", plain: "v4" }, "v1"));
    assert.deepEqual(
      lab.seen().filter((id) => id.startsWith("job-") && id !== "job-v9"),
      ["job-v1", "job-v6"],
    );
  });
});
