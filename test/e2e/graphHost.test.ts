import assert from "node:assert/strict";
import { lookUpVersion } from "../../lib/images";
import { applicationsOf, runningDigests, untouchedBut } from "./support/hostState";
import { pulumi } from "./support/project";
import { registry } from "./support/registry";
import { release } from "./support/release";
import type { Fault } from "./support/services";
import { createShop, type ShopProject } from "./support/shopProject";
import { assertUnchanged, commitTags, defineSteps } from "./support/steps";

const SERVICE = "engine";

describe("graph rule: one service on a host", function () {
  this.timeout(600_000);
  let shop: ShopProject;
  /** Identity and start of each container that runs. */
  let running: readonly string[] = [];

  before(async () => {
    shop = await createShop({ services: [SERVICE] });
  });
  after(() => shop.dispose());

  const version = (value: string): Promise<void> => shop.configure({ version: value });

  const commit = async (text: string, fault?: Fault): Promise<void> => {
    await shop.edit(SERVICE, text, fault);
    await shop.commit(`${SERVICE} ${text}`);
  };

  const containers = (): Promise<readonly string[]> => untouchedBut(shop, "none");

  /** The host runs what the registry has under the version, to the byte, and it answers. */
  const assertRuns = async (value: string): Promise<void> => {
    const published = await lookUpVersion(registry(), `${shop.namespace}/${SERVICE}`, value);
    assert.deepEqual(await runningDigests(shop), {
      [SERVICE]: published?.platforms[0]?.digest ?? "not published",
    });
    assert.equal(await shop.answering(SERVICE), value);
    running = await containers();
  };

  /** A release that failed leaves no container behind and touches none. */
  const assertUntouched = async (value: string): Promise<void> => {
    assert.deepEqual(await containers(), running);
    assert.equal((await applicationsOf(shop)).length, 1);
    assert.equal(await shop.answering(SERVICE), value);
  };

  defineSteps({
    project: () => shop,
    services: [SERVICE],
    steps: [
      {
        name: "builds, publishes and starts a version",
        builds: 1,
        put: [...commitTags(SERVICE), ...tags("latest", "main", "pb", "v0.1", "v0.1.0")],
        after: () => assertRuns("v0.1.0"),
      },
      {
        name: "shows no change from a second clone with another umask and other file times",
        instead: async () => {
          const clone = await shop.clone("077", "same");
          const { code, output } = await pulumi(clone, ...PREVIEW, "--expect-no-changes");
          assert.equal(code, 0, output);
        },
      },
      {
        name: "a release that fails at the host has spent its version, and says so",
        before: async () => {
          await commit("v0.2.0", "sick");
          await version("v0.2.0");
        },
        builds: 1,
        put: [...commitTags(SERVICE), ...tags("pb", "v0.2", "v0.2.0")],
        moved: tags("latest", "main"),
        fails: /v0\.2\.0 is published from [0-9a-f]{40}; a changed source needs a new version/,
        after: () => assertUntouched("v0.1.0"),
      },
      {
        name: "builds nothing in a retry of it",
        fails: /v0\.2\.0 is published from [0-9a-f]{40}; a changed source needs a new version/,
        after: () => assertUntouched("v0.1.0"),
      },
      {
        name: "builds no mended source into the spent version, and says so",
        before: () => commit("v0.2.0"),
        says: /engine: v0\.2\.0 is published from [0-9a-f]{40} and deployed as it is, the checkout is/,
        fails: /v0\.2\.0 is published from [0-9a-f]{40}; a changed source needs a new version/,
        after: () => assertUntouched("v0.1.0"),
      },
      {
        name: "builds nothing for the version that runs, once its source is restored",
        before: async () => {
          await commit("v0.1.0");
          await version("v0.1.0");
        },
        digestsOf: "v0.1.0",
        after: () => assertUntouched("v0.1.0"),
      },
      {
        name: "deploys the mended source as a new version",
        before: async () => {
          await commit("v0.3.0");
          await version("v0.3.0");
        },
        builds: 1,
        put: [...commitTags(SERVICE), ...tags("pb", "v0.3", "v0.3.0")],
        moved: tags("latest", "main"),
        after: () => assertRuns("v0.3.0"),
      },
      {
        name: "goes back by config to the same bytes, though the Dockerfile is broken",
        before: async () => {
          await shop.write(`services/${SERVICE}/Dockerfile`, "FROM nowhere.invalid/none:0\n");
          await shop.commit("does not build");
          await version("v0.1.0");
        },
        digestsOf: "v0.1.0",
        after: () => assertRuns("v0.1.0"),
      },
    ],
  });

  it("deploys what is published from a new machine with an empty state, and adopts what runs", async () => {
    const machine = await shop.clone("022", "empty");
    const outcome = await release(machine, [SERVICE]);
    assert.ok(!outcome.failed, outcome.output);
    assert.equal(outcome.builds, 0);
    assert.deepEqual([outcome.put, outcome.moved, outcome.removed], [[], [], []]);
    await assertUntouched("v0.1.0");
    await assertUnchanged(machine);
  });
});

const PREVIEW = ["preview", "--stack", "test", "--non-interactive"] as const;

function tags(...names: readonly string[]): string[] {
  return names.map((name) => `${SERVICE}:${name}`);
}
