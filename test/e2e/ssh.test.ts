import assert from "node:assert/strict";
import { skip } from "../../dev/skip";
import { until } from "./support/cliProcess";
import { applicationsOf } from "./support/hostState";
import { pulumi } from "./support/project";
import { freePorts } from "./support/ports";
import { createShop, type ShopProject } from "./support/shopProject";
import { type SshServer, startSshServer, whySshServerIsMissing } from "../support/sshServer";

const UP = ["up", "--yes", "--skip-preview", "--non-interactive"] as const;
/** An `up` plans and deploys: one session each, however many Docker calls it makes. */
const SESSIONS_OF_UP = 2;

describe("a host behind ssh", function () {
  this.timeout(600_000);
  let server: SshServer | undefined;
  let shop: ShopProject;

  before(async function () {
    const reason = whySshServerIsMissing();
    if (reason !== undefined) skip(this, reason);
    const [port = 0] = await freePorts(1);
    server = await startSshServer(port);
    shop = through(server, await createShop({ services: ["engine"] }));
    await shop.configure({
      host: { address: server.address, engine: "compose", project: shop.name },
    });
  });

  after(async () => {
    // Undefined where `before` ended early.
    await (shop as ShopProject | undefined)?.dispose();
    await server?.close();
  });

  /** Runs `up` and tells how many ssh sessions it took; all of them have ended. */
  const sessionsOf = async (server: SshServer, work: () => Promise<unknown>): Promise<number> => {
    const before = server.sessions().opened;
    await work();
    await until("all sessions end", () => server.sessions().ended === server.sessions().opened);
    return server.sessions().opened - before;
  };

  const up = async (): Promise<void> => {
    const { code, output } = await pulumi(shop, ...UP);
    assert.equal(code, 0, output);
  };

  it("gets a release by a session, and neither login nor file of ours", async () => {
    assert.ok(server !== undefined);
    assert.deepEqual(await server.files(), []);
    const sessions = await sessionsOf(server, up);
    console.log(`      ${sessions} ssh sessions in one up`);
    assert.equal(sessions, SESSIONS_OF_UP);
    assert.equal(await shop.answering("engine"), "v0.1.0");
    assert.deepEqual(await server.files(), []);
  });

  it("shows no change in a second run", async () => {
    const { code, output } = await pulumi(shop, "preview", "--expect-no-changes");
    assert.equal(code, 0, output);
  });

  it("changes to the next version the same way", async () => {
    assert.ok(server !== undefined);
    await shop.edit("engine", "v0.2.0");
    await shop.commit("v0.2.0");
    await shop.configure({ version: "v0.2.0" });
    assert.equal(await sessionsOf(server, up), SESSIONS_OF_UP);
    assert.equal(await shop.answering("engine"), "v0.2.0");
    assert.deepEqual(await server.files(), []);
  });

  it("that does not answer is an error with the reason and what to do", async () => {
    const [closed = 0] = await freePorts(1);
    const before = await applicationsOf(shop);
    const address = `ssh://root@127.0.0.1:${closed}`;
    await withAddress(address, async () => {
      const { code, output } = await pulumi(shop, ...UP);
      assert.notEqual(code, 0);
      assert.match(output, new RegExp(`${address} cannot be reached: .*Connection refused`));
      assert.match(output, /`ssh root@127\.0\.0\.1 -p \d+ docker info` must work/);
      assert.doesNotMatch(output, /^\s+at .*:\d+/m, "a stack trace");
    });
    assert.deepEqual(await applicationsOf(shop), before);
  });

  it("whose key is not known is refused", async () => {
    assert.ok(server !== undefined);
    await shop.configure({ version: "v0.1.0" });
    await server.withoutHostKey(async () => {
      const { code, output } = await pulumi(shop, ...UP);
      assert.notEqual(code, 0);
      assert.match(output, /cannot be reached: .*Host key verification failed/);
    });
    assert.equal(await shop.answering("engine"), "v0.2.0");
  });

  const withAddress = async (address: string, work: () => Promise<void>): Promise<void> => {
    const host = { engine: "compose", project: shop.name };
    await shop.configure({ host: { ...host, address } });
    try {
      await work();
    } finally {
      await shop.configure({ host: { ...host, address: server?.address } });
    }
  };
});

/** The same project with the server's `ssh` first on PATH. */
function through({ bin }: SshServer, shop: ShopProject): ShopProject {
  const path = `${bin}:${shop.environment["PATH"] ?? ""}`;
  shop.stack.workspace.envVars["PATH"] = path;
  return { ...shop, environment: { ...shop.environment, PATH: path } };
}
