import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { describe, it } from "node:test";
import { text } from "node:stream/consumers";

describe("shutdown", () => {
  it("finishes requests, ends streams and closes connections that become idle", async () => {
    const program = join(__dirname, "slowServer.ts");
    const child = spawn(process.execPath, ["--import", "tsx", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    const agent = new Agent({ keepAlive: true });
    const ask = (path: string) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        get({ port: Number(port), path, agent, host: "127.0.0.1" }, resolve).on("error", reject);
      });
    const stream = await ask("/stream");
    const slow = ask("/slow");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = Date.now();
    child.kill("SIGTERM");
    assert.equal(await text(await slow), "slow");
    assert.equal(await text(stream), "openend");
    assert.deepEqual(await exited, [0, null]);
    assert.ok(Date.now() - before < 5000);
    agent.destroy();
  });
});
