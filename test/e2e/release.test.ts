import assert from "node:assert/strict";
import { lookUpVersion } from "../../lib/images";
import { duplicatesOf, type Load, startLoad } from "../load/generator";
import { type Caller, startCaller } from "./support/caller";
import { runningDigests, untouchedBut } from "./support/hostState";
import { registry } from "./support/registry";
import { type Outcome, planned, release } from "./support/release";
import { SERVICES, type ServiceName } from "./support/services";
import { createShop, type ShopProject } from "./support/shopProject";

const CHANGED: ServiceName = "ai";
/** Connections by service: 16 on published ports, and 8 of the caller inside. */
const CONNECTIONS: Readonly<Record<ServiceName, number>> = { ai: 8, engine: 4, ui: 4 };
const CALLER_CONNECTIONS = 8;

describe("releases under constant load", function () {
  this.timeout(900_000);
  let shop: ShopProject;
  let loads: ReadonlyMap<ServiceName, Load> = new Map();
  let caller: Caller | undefined;
  let first: Outcome;
  /** Platform digest that each service of a version runs. */
  const ran = new Map<string, Readonly<Record<string, string>>>();

  before(async () => {
    shop = await createShop();
  });

  after(async () => {
    for (const load of loads.values()) await load.stop();
    await caller?.stop().catch(() => undefined);
    await shop.dispose();
  });

  const deploy = async (version: string): Promise<Outcome> => {
    await shop.configure({ version });
    const outcome = await release(shop, SERVICES);
    assert.ok(!outcome.failed, outcome.output);
    return outcome;
  };

  const assertSettled = async (version: string): Promise<void> => {
    assert.deepEqual(await runningDigests(shop), await publishedDigests(version));
    assert.equal(await shop.answering(CHANGED), version);
    assert.deepEqual(await planned(shop), {}, "a preview right after shows a change");
  };

  const publishedDigests = async (version: string): Promise<Readonly<Record<string, string>>> => {
    const found = SERVICES.map(async (service) => {
      const it = await lookUpVersion(registry(), `${shop.namespace}/${service}`, version);
      return [service, it?.platforms[0]?.digest ?? "none"] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  };

  /** A release that only moves containers: of the changed service alone, and nothing in the registry. */
  const assertMovedOnlyChanged = async (version: string): Promise<void> => {
    const before = await untouchedBut(shop, CHANGED);
    const outcome = await deploy(version);
    assert.equal(outcome.builds, 0);
    assert.deepEqual([outcome.put, outcome.moved, outcome.removed], [[], [], []]);
    assert.deepEqual(await untouchedBut(shop, CHANGED), before);
    assert.deepEqual(await runningDigests(shop), ran.get(version));
    await assertSettled(version);
  };

  it("publishes and starts the first version", async () => {
    first = await deploy("v0.1.0");
    assert.equal(first.builds, SERVICES.length);
    ran.set("v0.1.0", await runningDigests(shop));
    await assertSettled("v0.1.0");
  });

  it("changes one service, and only that", async () => {
    loads = new Map(
      SERVICES.map((service) => [
        service,
        startLoad({
          url: shop.urls[service],
          connections: CONNECTIONS[service],
          prefix: service,
          slow: true,
        }),
      ]),
    );
    caller = await startCaller(
      shop,
      ["http://engine:8080/", "http://ai:8080/through"],
      CALLER_CONNECTIONS,
    );
    await shop.edit(CHANGED, "v0.2.0");
    await shop.commit("ai v0.2.0");
    const before = await untouchedBut(shop, CHANGED);
    const outcome = await deploy("v0.2.0");
    assert.equal(outcome.builds, 1);
    assert.deepEqual(await untouchedBut(shop, CHANGED), before);
    for (const service of SERVICES) {
      const [old, now] = ["v0.1.0", "v0.2.0"].map((tag) => outcome.tags[`${service}:${tag}`]);
      assert.equal(old, first.tags[`${service}:v0.1.0`], "a published version's index changed");
      assert.notEqual(now, undefined);
    }
    ran.set("v0.2.0", await runningDigests(shop));
    await assertSettled("v0.2.0");
  });

  it("goes back by config to the same bytes, though no source builds any more", async () => {
    for (const service of SERVICES) {
      await shop.write(
        `services/${service}/Dockerfile`,
        "FROM nowhere.invalid/none:0\nRUN false\n",
      );
    }
    await shop.commit("does not build");
    await assertMovedOnlyChanged("v0.1.0");
  });

  it("goes forward again the same way", () => assertMovedOnlyChanged("v0.2.0"));

  it("failed no request and sent none twice in all of this", async () => {
    const calls = await caller?.stop();
    caller = undefined;
    assert.ok(calls !== undefined);
    tell("by name", calls);
    assert.deepEqual(calls.failures, []);
    for (const service of SERVICES) {
      const load = await loads.get(service)?.stop();
      assert.ok(load !== undefined);
      tell(service, load);
      assert.deepEqual(load.failures, []);
      const seen = await shop.seen(service);
      assert.deepEqual(duplicatesOf(seen), [], `${service} got a request twice`);
      const noted = new Set(seen);
      assert.deepEqual(
        load.ids.filter((id) => !noted.has(id)),
        [],
        "an answer did not come from the application",
      );
    }
    const changed = await loads.get(CHANGED)?.stop();
    assert.deepEqual(Object.keys(changed?.versions ?? {}).sort(), ["v0.1.0", "v0.2.0"]);
  });
});

function tell(
  name: string,
  {
    requests,
    failures,
    versions,
  }: Pick<Awaited<ReturnType<Caller["stop"]>>, "requests" | "failures" | "versions">,
): void {
  const by = Object.entries(versions).map(([version, count]) => `${version} ${count}`);
  console.log(`      ${name}: ${requests} requests, ${failures.length} failed (${by.join(", ")})`);
}
