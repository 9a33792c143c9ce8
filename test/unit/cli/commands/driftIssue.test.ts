import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { markerOf } from "../../../../lib/drift/issue";
import { run, type RunResult } from "../../../../lib/process/run";

const CLI = resolve(__dirname, "../../../../cli/bot-core.mjs");
const HOST = "urn:pulumi:prod::bot-core::botcore:index:ComposeHost::host";
const UNCHANGED = { steps: [{ op: "same", urn: HOST }] };
const OPEN = { number: 1, html_url: "https://github.com/o/r/issues/1", title: "drift" };

describe("npx bot-core drift-issue", function () {
  this.timeout(60_000);
  let server: Server;
  let folder: string;
  let changes: Record<string, unknown>[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "drift-"));
    server = createServer((request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        const open = { ...OPEN, body: `${markerOf("prod")}\n\nweb is stopped` };
        if (request.method === "GET") return response.end(JSON.stringify([open]));
        changes.push(JSON.parse(text) as Record<string, unknown>);
        return response.end(JSON.stringify(open));
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  beforeEach(() => (changes = []));
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await new Promise((done) => server.close(done));
  });

  function command(preview: object): Promise<RunResult> {
    const file = join(folder, "preview.json");
    writeFileSync(file, JSON.stringify(preview));
    const env = {
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_TOKEN: "ghs_planted-token",
    };
    const args = [CLI, "drift-issue", "--stack", "prod", "--file", file];
    return run(process.execPath, args, { cwd: folder, env, timeoutMs: 50_000 });
  }

  it("closes the open issue where all was seen and nothing differs", async () => {
    const { code, stdout, stderr } = await command(UNCHANGED);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `issue closed: ${OPEN.html_url}\n`);
    assert.equal(changes[0]?.["state"], "closed");
  });

  it("leaves it open where the host was not seen, and says so", async () => {
    const message = "ssh://h cannot be reached; the plan is made from state";
    const diagnostics = [{ urn: HOST, severity: "warning", message }];
    const { code, stdout } = await command({ ...UNCHANGED, diagnostics });
    assert.equal(code, 1);
    assert.equal(stdout, `issue updated: ${OPEN.html_url}\nnot seen: ${message}\n`);
    assert.deepEqual(
      changes.map(({ state, title }) => [state, title]),
      [[undefined, "Drift check of prod did not see everything"]],
    );
  });
});
