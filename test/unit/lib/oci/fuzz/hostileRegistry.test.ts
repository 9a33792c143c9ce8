import assert from "node:assert/strict";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { UserError } from "../../../../../lib/errors";
import { OCI_MANIFEST, RegistryClient } from "../../../../../lib/oci";
import { basicAuthorization } from "../../../../../lib/oci/credentials";
import { FakeRegistry } from "../fakeRegistry";
import { CONFIG, IMAGE, LAYER, TOKEN, awayBehaviour, script } from "./behaviour";
import { CALLS } from "./calls";
import { HostileServer } from "./hostileRegistry";

/** Examples of each call; a longer run is `FUZZ_RUNS=2000`, with a seed of its own by `FUZZ_SEED`. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 20);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_123);
const OPTIONS = { timeoutMs: 40, totalMs: 160, retries: 2, backoffMs: 1 };
/** Several requests with a login each, within `totalMs` each; a busy machine takes its time. */
const LIMIT_MS = 8_000;
const MIB = 1024 * 1024;
/** What is still held when all is over, and what the whole process, hostile server included, took meanwhile. */
const HELD_LIMIT = 24 * MIB;
const PEAK_LIMIT = 512 * MIB;
const CODES = new Set([
  ...["registry-unreachable", "registry-tls", "registry-unauthorized", "registry-denied"],
  ...["registry-answer", "registry-repository", "referrer-invalid", "referrer-conflict"],
  ...["image-missing", "image-incomplete", "image-invalid", "tag-immutable"],
]);
const LOGINS = [
  { username: "fuzz", password: "s3cret!& pass", origin: "the test" },
  { username: "<token>", password: "s3cret-refresh" },
  undefined,
];
const SECRETS = LOGINS.flatMap((login) =>
  login === undefined
    ? []
    : [
        login.password,
        encodeURIComponent(login.password),
        basicAuthorization(login).slice("Basic ".length),
      ],
);

describe("RegistryClient against a hostile registry", function () {
  this.timeout(RUNS * 2_000 + 60_000);
  const hostile = new HostileServer();
  const foreign = new HostileServer();
  let good: FakeRegistry;
  let origin = "";
  let slowest = 0;
  let largest = 0;

  before(async () => {
    origin = await hostile.start();
    const away = await foreign.start();
    hostile.names = { SELF: origin, FOREIGN: away };
    foreign.names = { SELF: away, FOREIGN: away };
    good = await FakeRegistry.start();
    const client = new RegistryClient(good.endpoint);
    await client.putBlob("good/x", LAYER);
    await client.putBlob("good/x", CONFIG);
    await client.putManifest("good/x", "v1.0.0", IMAGE, OCI_MANIFEST);
    await client.putBlob("a/b", LAYER);
    await client.putManifest("a/b", "latest", IMAGE, OCI_MANIFEST);
    hostile.honest = (request, response) => {
      if (request.url?.startsWith("/token") === true) response.end(`{"token":"${TOKEN}"}`);
      else void good.answer(request, response);
    };
  });
  after(async () => {
    console.log(`      slowest ${slowest} ms, most memory ${Math.round(largest / MIB)} MiB more`);
    await Promise.all([hostile.stop(), foreign.stop(), good.stop()]);
  });

  for (const [index, [name, call]] of Object.entries(CALLS).entries()) {
    it(`${name}: bounded, its own errors only, no secret told`, async () => {
      const held = heldBytes();
      const before = process.memoryUsage().rss;
      let peak = 0;
      await fc.assert(
        fc.asyncProperty(
          script,
          fc.array(awayBehaviour, { minLength: 1, maxLength: 3 }),
          fc.constantFrom(...LOGINS),
          async (answers, away, login) => {
            hostile.script = answers;
            foreign.script = away;
            try {
              const endpoint = { server: origin, insecure: true };
              const client = new RegistryClient(endpoint, login, OPTIONS);
              const began = Date.now();
              const error = await call(client, new RegistryClient(good.endpoint)).then(
                () => undefined,
                (reason: unknown) => reason,
              );
              const took = Date.now() - began;
              slowest = Math.max(slowest, took);
              peak = Math.max(peak, process.memoryUsage().rss - before);
              assert.ok(took < LIMIT_MS, `${took} ms`);
              assertFault(error, hostile);
              assertDiscreet(hostile, foreign);
            } finally {
              hostile.rest();
              foreign.rest();
              good.forget("copy/", "a/b@sha256-", "a/b@v1.0.0");
            }
          },
        ),
        { numRuns: RUNS, seed: SEED + index, endOnFailure: true },
      );
      largest = Math.max(largest, peak);
      assert.ok(peak < PEAK_LIMIT, `${Math.round(peak / MIB)} MiB more`);
      const growth = heldBytes() - held;
      assert.ok(growth < HELD_LIMIT, `${Math.round(growth / MIB)} MiB held`);
    });
  }
});

function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  // Known once the flag is set, in a new context alone.
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Nothing but an error of ours, whose words are safe to show. */
function assertFault(error: unknown, hostile: HostileServer): void {
  if (error === undefined) return;
  assert.ok(error instanceof UserError, inspect(error));
  assert.ok(CODES.has(error.code), `${error.code}: ${error.message}`);
  // A token that was never used is a word like any other.
  const used = hostile.received.some(({ headers }) =>
    (headers.authorization ?? "").includes(TOKEN),
  );
  for (const secret of [...SECRETS, ...(used ? [TOKEN] : [])]) {
    assert.ok(!error.message.toLowerCase().includes(secret.toLowerCase()), error.message);
  }
  assert.doesNotMatch(error.message.replaceAll("\n", ""), /\p{Cc}/u);
  assert.ok(error.message.length < 1500, `${error.message.length} characters`);
}

/** Nobody was asked for a compressed answer, and another host was told nothing of the login. */
function assertDiscreet(hostile: HostileServer, foreign: HostileServer): void {
  for (const { headers } of [...hostile.received, ...foreign.received]) {
    assert.equal(headers["accept-encoding"], undefined);
    assert.equal(headers["x-evil"], undefined);
    assert.equal(headers.cookie, undefined);
  }
  for (const request of foreign.received) {
    assert.equal(request.headers.authorization, undefined, request.url);
    const all = JSON.stringify(request);
    for (const secret of [...SECRETS, TOKEN]) assert.ok(!all.includes(secret), all.slice(0, 500));
  }
}
