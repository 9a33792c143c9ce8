import assert from "node:assert/strict";
import Docker from "dockerode";
import { acquireLock } from "../../lib/rollout/lock";
import { type Load, type LoadResult, startLoad } from "../load/generator";
import { runs, startPulumi, until } from "./support/cliProcess";
import { applicationsOf, containersOf, docker, volumesOf } from "./support/hostState";
import { pulumi } from "./support/project";
import { type Outcome, planned, release } from "./support/release";
import { SERVICES, type ServiceName } from "./support/services";
import { createShop, type ShopProject } from "./support/shopProject";

/** A service of others with data, beside the three. */
const STORE = `  store:
    image: localhost:5005/mirror/busybox:1
    command: ["sh", "-c", "echo started >> /data/starts; exec sleep 100000"]
    volumes: ["kept:/data"]
    stop_grace_period: 1s
    healthcheck: { test: ["CMD", "true"], interval: 1s, timeout: 10s }
volumes:
  kept: {}
`;

/** Long enough to be met while it waits for health. */
const SLOW_START_MS = 6_000;
const UP = ["up", "--yes", "--skip-preview", "--non-interactive"] as const;

describe("releases that go wrong", function () {
  this.timeout(600_000);
  let shop: ShopProject;
  let loads: readonly Load[] = [];

  before(async () => {
    shop = await createShop({ more: STORE });
    await good("v0.1.0");
  });

  after(async () => {
    await stopLoads();
    await shop.dispose();
  });

  const good = async (version: string): Promise<Outcome> => {
    await shop.configure({ version });
    const outcome = await release(shop, SERVICES);
    assert.ok(!outcome.failed, outcome.output);
    await assertSettled();
    return outcome;
  };

  /** Nothing is left of a release that was given up, and nothing is to be done. */
  const assertSettled = async (): Promise<void> => {
    const left = (await containersOf(shop)).filter(({ role }) => role !== "record");
    assert.deepEqual(left.map(({ role, service, state }) => `${role} ${service} ${state}`).sort(), [
      ...["ai", "engine", "store", "ui"].map((service) => `colour ${service} running`),
      ...SERVICES.map((service) => `switch ${service} running`),
    ]);
    assert.deepEqual(await planned(shop), {}, "a preview right after shows a change");
  };

  const identities = async (): Promise<readonly string[]> =>
    (await applicationsOf(shop)).map(({ name, id, startedAt }) => `${name} ${id} ${startedAt}`);

  const answering = (): Promise<readonly string[]> =>
    Promise.all(SERVICES.map((service) => shop.answering(service)));

  const startLoads = (): void => {
    loads = SERVICES.map((service) =>
      startLoad({ url: shop.urls[service], connections: 2, prefix: service }),
    );
  };

  const stopLoads = (): Promise<readonly LoadResult[]> =>
    Promise.all(loads.map((load) => load.stop()));

  const assertNoneFailed = async (): Promise<void> => {
    for (const { requests, failures, versions } of await stopLoads()) {
      console.log(`      ${requests} requests, answered by ${Object.keys(versions).join(", ")}`);
      assert.deepEqual(failures, []);
    }
  };

  const editAll = async (version: string, sick?: ServiceName): Promise<string> => {
    for (const service of SERVICES) {
      await shop.edit(service, version, service === sick ? "sick" : "");
    }
    return shop.commit(version);
  };

  it("a service that never becomes healthy stops the whole release, with its reason", async () => {
    const revision = await editAll("v0.2.0", "ui");
    await shop.configure({ version: "v0.2.0" });
    const before = await identities();
    startLoads();
    const { failed, output } = await release(shop, SERVICES);
    await assertNoneFailed();
    assert.ok(failed);
    assert.match(output, /ui: became unhealthy/);
    assert.match(output, /last health probe: exit code 1: health 503/);
    assert.match(output, /last lines of \S*ui\S*:\s+version v0\.2\.0 starts/);
    assert.match(output, /The release was undone: what served before serves on/);
    const spent = `v0.2.0 is published from ${revision}; a changed source needs a new version`;
    assert.ok(output.includes(spent), output);
    assert.doesNotMatch(output, /^\s+at .*:\d+/m, "a stack trace");
    assert.deepEqual(await identities(), before);
    assert.deepEqual(await answering(), ["v0.1.0", "v0.1.0", "v0.1.0"]);
  });

  it("the next good version works after it", async () => {
    await editAll("v0.3.0");
    const { builds } = await good("v0.3.0");
    assert.equal(builds, SERVICES.length);
    assert.deepEqual(await answering(), ["v0.3.0", "v0.3.0", "v0.3.0"]);
  });

  it("and so does going back", async () => {
    const { builds, put, moved } = await good("v0.1.0");
    assert.deepEqual([builds, put, moved], [0, [], []]);
    assert.deepEqual(await answering(), ["v0.1.0", "v0.1.0", "v0.1.0"]);
  });

  it("a second deploy is refused, with who holds the lock", async () => {
    await shop.configure({ version: "v0.3.0" });
    const before = await identities();
    const [running] = await applicationsOf(shop);
    const lock = await acquireLock(new Docker(), {
      project: shop.name,
      image: running?.image ?? "",
      deadlineSeconds: 600,
      report: () => undefined,
      owner: { who: "ada@elsewhere", machine: "elsewhere", pid: 4711, started: "1" },
    });
    try {
      const { code, output } = await pulumi(shop, ...UP);
      assert.notEqual(code, 0);
      assert.match(output, /ada@elsewhere \(process 4711\) holds the lock since \d{4}-/);
      assert.match(output, /break the lock/);
      assert.deepEqual(await identities(), before);
    } finally {
      await lock.release();
    }
    await shop.configure({ version: "v0.1.0" });
    await assertSettled();
  });

  it("one interrupt in the middle undoes the release and frees the lock", async () => {
    await startSlowRelease("v0.4.0");
    const [before, all] = [await identities(), await containersOf(shop)];
    startLoads();
    const cli = startPulumi(shop, ...UP);
    await until("the new engine starts", () => isStarting("v0.4.0"));
    // To the whole group, as Ctrl-C does in a terminal.
    process.kill(-cli.pid, "SIGINT");
    assert.notEqual(await cli.ended, 0);
    await assertNoneFailed();
    assert.match(cli.output(), /the release was interrupted/);
    assert.deepEqual(await containersOf(shop), all);
    await good("v0.1.0");
    assert.deepEqual(await identities(), before, "there was something left to do on the host");
  });

  it("kill -9 of the CLI ends the plugin, the old release serves, and the next run finishes", async () => {
    await startSlowRelease("v0.5.0");
    startLoads();
    const cli = startPulumi(shop, ...UP);
    await until("the new engine starts", () => isStarting("v0.5.0"));
    const plugins = cli.plugins();
    assert.notEqual(plugins.length, 0);
    process.kill(cli.pid, "SIGKILL");
    const killed = Date.now();
    await until("the plugin's end", () => !plugins.some(runs));
    const seconds = (Date.now() - killed) / 1000;
    console.log(`      the plugin ended ${seconds.toFixed(1)} s after the CLI`);
    assert.equal(await shop.answering("engine"), "v0.1.0");
    const cancelled = await pulumi(shop, "cancel", "--yes");
    assert.equal(cancelled.code, 0, cancelled.output);
    await good("v0.5.0");
    await assertNoneFailed();
    assert.equal(await shop.answering("engine"), "v0.5.0");
  });

  const drifts: readonly [string, readonly string[], RegExp][] = [
    ["stopped", ["stop"], /ui: (mend, )?\S*ui\S* is exited/],
    ["removed", ["rm", "--force"], /ui: .*(first start|containers missing)/],
  ];
  for (const [how, command, shown] of drifts) {
    it(`a container ${how} by hand shows in preview and refresh, and up mends it`, async () => {
      const serving = (await applicationsOf(shop)).find(({ service }) => service === "ui");
      await docker(...command, serving?.name ?? "");
      assert.match((await pulumi(shop, "preview", "--diff")).output, shown);
      assert.match((await pulumi(shop, "refresh", "--yes", "--skip-preview")).output, shown);
      await good("v0.5.0");
      assert.equal(await shop.answering("ui"), "v0.3.0");
    });
  }

  it("destroy stops the project and keeps its volumes; up brings it back", async () => {
    const volumes = await volumesOf(shop);
    assert.ok(volumes.includes(`${shop.name}_kept`));
    const destroyed = await pulumi(shop, "destroy", "--yes", "--skip-preview");
    assert.equal(destroyed.code, 0, destroyed.output);
    assert.deepEqual(await containersOf(shop), []);
    assert.deepEqual(await volumesOf(shop), volumes);
    const { builds } = await good("v0.5.0");
    assert.equal(builds, 0);
    assert.equal(await shop.answering("engine"), "v0.5.0");
    const store = (await applicationsOf(shop)).find(({ service }) => service === "store");
    const starts = await docker("exec", store?.name ?? "", "cat", "/data/starts");
    assert.equal(starts, "started\nstarted");
  });

  const startSlowRelease = async (version: string): Promise<void> => {
    await shop.edit("engine", version, "", SLOW_START_MS);
    await shop.commit(version);
    await shop.configure({ version });
  };

  const isStarting = async (version: string): Promise<boolean> =>
    (await applicationsOf(shop)).some(
      (one) => one.service === "engine" && one.version === version && one.state === "running",
    );
});
