import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { duplicatesOf, startLoad } from "../../load/generator";
import { appService, inputsOf, modelOf, openLab, port, type Lab } from "./support/lab";

const PORT = 15_750;

describe("a release of one service behind its switch", function () {
  this.timeout(120_000);
  let lab: Lab;

  before(async function () {
    const opened = await openLab("lab-one");
    if (opened === undefined) {
      skip(this, "no Docker daemon with the dev environment's images answers");
    }
    lab = opened;
  });

  after(async () => {
    // A skipped `before` leaves it unset.
    await (lab as Lab | undefined)?.close();
  });

  it("starts, changes under load without a failed request, and goes back", async () => {
    const model = modelOf(lab.project, {
      web: appService(lab, {
        ports: [port(8080, PORT)],
        deploy: { replicas: 2, update_config: { order: "start-first" } },
      }),
    });
    const release = async (version: string): Promise<ReturnType<typeof inputsOf>> =>
      inputsOf(lab, version, model, { web: await lab.image(version) });
    const first = await lab.deploy(await release("v1"));
    assert.equal(first.state.web?.health, "healthy");
    const load = startLoad({ url: `http://127.0.0.1:${PORT}`, slow: true });
    await lab.deploy(await release("v2"));
    await lab.deploy(await release("v1"));
    const result = await load.stop();
    console.log(
      `      ${result.requests} requests, ${result.failures.length} failed, longest gap ${result.longestGapMs.toFixed(0)} ms`,
      result.versions,
    );
    console.log(lab.lines.join("\n"));
    assert.deepEqual(result.failures, []);
    assert.deepEqual(duplicatesOf(lab.seen()), []);
  });
});
