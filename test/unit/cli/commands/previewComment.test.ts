import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run, type RunResult } from "../../../../lib/process/run";

const CHECKOUT = resolve(__dirname, "../../../..");
const PREVIEW = join(CHECKOUT, "test/fixtures/previews/newVersion.json");
const TOKEN = "ghs_planted-token";

/** The command as a workflow runs it: no stack is at hand, so that nothing but the preview counts. */
function command(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = "",
): Promise<RunResult> {
  const cli = join(CHECKOUT, "cli/bot-core.mjs");
  return run(process.execPath, [cli, "preview-comment", ...args], {
    cwd: tmpdir(),
    env: { ...env, GITHUB_EVENT_PATH: "", GITHUB_TOKEN: env["GITHUB_TOKEN"] ?? "" },
    input,
    timeoutMs: 50_000,
  });
}

describe("npx bot-core preview-comment", function () {
  this.timeout(60_000);
  let server: Server;
  let api: string;
  let bodies: string[];

  before(async () => {
    bodies = [];
    server = createServer((request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        if (request.method === "GET") return response.end("[]");
        bodies.push((JSON.parse(text) as { body: string }).body);
        return response.end(JSON.stringify({ id: 1, html_url: "https://github.com/o/r/pull/7#1" }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  it("prints the comment without writing it", async () => {
    const { code, stdout, stderr } = await command(["--print", "--file", PREVIEW]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^<!-- bot-core preview: dev -->\n### `dev` to v0\.3\.0 restarts 1 of 3/);
    assert.deepEqual(bodies, []);
  });

  it("writes the preview on standard input into the workflow's pull request", async () => {
    const env = {
      GITHUB_API_URL: api,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_TOKEN: TOKEN,
    };
    const { code, stdout, stderr } = await command([], env, readFileSync(PREVIEW, "utf8"));
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "comment created: https://github.com/o/r/pull/7#1\n");
    assert.equal(bodies.length, 1);
    assert.match(bodies[0] ?? "", /its new image is built first/);
    assert.ok(![stdout, stderr, ...bodies].some((text) => text.includes(TOKEN)));
  });

  it("fails with what a failed preview says", async () => {
    const message = "config-invalid: version is missing";
    const preview = { diagnostics: [{ urn: "", message, severity: "error" }] };
    const args = ["--print", "--stack", "prod"];
    const { code, stdout } = await command(args, {}, JSON.stringify(preview));
    assert.equal(code, 1);
    assert.match(stdout, /### Preview of `prod` failed\n\n```\nconfig-invalid: version is missing/);
  });

  for (const [what, args, env, message] of [
    ["a file that is not there", ["--print", "--file", "/nowhere"], {}, /cannot be read: ENOENT/],
    ["a workflow without a pull request", ["--file", PREVIEW], {}, /--pull-request N/],
    [
      "a step without a token",
      ["--file", PREVIEW, "--pull-request", "7"],
      { GITHUB_REPOSITORY: "o/r" },
      /GITHUB_TOKEN is not set/,
    ],
  ] as const) {
    it(`says what to do about ${what}`, async () => {
      const { code, stderr } = await command(args, env);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});
