import assert from "node:assert/strict";
import { parseArguments } from "../../../cli/arguments";
import { images } from "../../../cli/commands/images";
import { inspectOutcome } from "../../../cli/commands/images/inspect";
import { listOutcome, type ListedService } from "../../../cli/commands/images/list";
import { pruneOutcome } from "../../../cli/commands/images/pruneOutcome";
import { verifyOutcome } from "../../../cli/commands/images/verify";
import { otherStacks } from "../../../cli/commands/images/stacks";
import { deployedOf, parseOutputs, runningIn } from "../../../cli/deployed";
import { sizeText } from "../../../cli/sizes";
import { UserError } from "../../../lib/errors";
import { firstRemovals, freedBytes, planRetention } from "../../../lib/retention";
import { digest, graphOf, NOTHING_DEPLOYED, NOW, SETTINGS } from "../lib/retention/support";

const look = { width: 80, colour: false };
const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

function fault(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return assert.fail("nothing was refused");
}

describe("images: the command line", () => {
  const good: readonly (readonly [string, object])[] = [
    ["images list", { command: "images list" }],
    ["images inspect v1", { command: "images inspect", operands: ["v1"] }],
    ["images prune --yes --max 5", { command: "images prune", options: { yes: true, max: "5" } }],
    ["images prune --stacks a,b", { command: "images prune", options: { stacks: "a,b" } }],
    ["images inspect --help", { command: "images inspect", help: true }],
  ];
  for (const [line, expected] of good) {
    it(`takes \`${line}\``, () => {
      const nothing = { json: false, force: false, help: false, operands: [], options: {} };
      const parsed = parseArguments(line.split(" "), images);
      assert.deepEqual({ ...parsed, options: { ...parsed.options } }, { ...nothing, ...expected });
    });
  }

  const bad: readonly (readonly [string, RegExp])[] = [
    ["images", /^`images` needs to know what to do; the commands are images list/],
    ["images frob", /^`images frob` is no command; the commands are images list/],
    ["images list v1", /^`v1` is not understood/],
    ["images inspect", /^`images inspect` needs VERSION: `npx bot-core images inspect VERSION`/],
    ["images inspect v1 v2", /^`v2` is not understood/],
    ["images list --yes", /^`images list` takes no `--yes`/],
    ["images prune --force", /^`images prune` takes no `--force`/],
    ["images prune --max", /--max/],
  ];
  for (const [line, message] of bad) {
    it(`refuses \`${line}\``, () => {
      const refused = fault(() => parseArguments(line.split(" "), images));
      assert.equal(refused.code, "usage");
      assert.match(refused.message, message);
    });
  }
});

describe("images: what is deployed", () => {
  const text = JSON.stringify({
    previousVersion: "v0.9.0",
    host: { address: "x" },
    release: {
      version: "v1.0.0",
      services: { web: { digest: A, platforms: { "linux/amd64": { digest: B, built: true } } } },
    },
  });
  const record = {
    generation: 1,
    version: "v0.8.0",
    at: "2026-01-01T00:00:00Z",
    who: "ann@desk",
    services: {
      web: { version: "v0.7.0", digest: digest("old"), spec: "s", configuration: "c", image: "i" },
    },
  };

  it("is read from the state and the host's records", () => {
    const one = { stack: "prod", outputs: parseOutputs(text, "prod"), records: [record] };
    const { digests, versions } = deployedOf([one]);
    assert.deepEqual([...digests.keys()].sort(), [digest("old"), A, B].sort());
    assert.deepEqual([...versions.keys()].sort(), ["v0.7.0", "v0.8.0", "v0.9.0", "v1.0.0"]);
    assert.equal(digests.get(A), "runs in prod");
    assert.deepEqual(runningIn([one], "web", A), ["prod"]);
    assert.deepEqual(runningIn([one], "api", A), []);
  });

  it("is nothing for a stack that was never released, and unknown for outputs of another shape", () => {
    assert.equal(parseOutputs("{}", undefined).release, undefined);
    for (const broken of ["", "no JSON", '{"release":{"version":1}}']) {
      const refused = fault(() => parseOutputs(broken, "prod"));
      assert.equal(refused.code, "stack-unreadable");
      assert.match(refused.message, /stack `prod`/);
    }
  });

  it("counts the command's own stack always", () => {
    const invocation = {
      force: false,
      operands: [],
      options: { stacks: "dev, prod" },
      folder: "/",
      progress: { show: () => undefined, clear: () => undefined },
      signal: new AbortController().signal,
    };
    const names = (own?: string): (string | undefined)[] =>
      otherStacks({ ...invocation, ...(own === undefined ? {} : { stack: own }) }).map(
        ({ stack }) => stack,
      );
    assert.deepEqual(names("prod"), ["dev", "prod"]);
    assert.deepEqual(names("qa"), ["qa", "dev", "prod"]);
    assert.deepEqual(names(), [undefined, "dev", "prod"]);
    assert.equal(
      fault(() => otherStacks({ ...invocation, options: { stacks: "a,,b" } })).code,
      "usage",
    );
  });
});

describe("images list", () => {
  const version = {
    version: "v1.0.0",
    tags: ["latest", "v1"],
    digest: A,
    platforms: [
      { platform: "linux/amd64", digest: B },
      { platform: "linux/arm64", digest: B },
    ],
    sizeBytes: 77_300_000,
    created: "2026-03-04T11:42:00.000Z",
    runsIn: ["prod"],
  };
  const service: ListedService = { service: "web", image: "r/shop/web", versions: [version] };

  it("shows versions by service", () => {
    assert.equal(
      listOutcome([service, { service: "api", image: "r/shop/api", versions: [] }]).text(look),
      [
        "web: r/shop/web",
        "VERSION  DIGEST        PLATFORMS    SIZE     CREATED     RUNS IN  ALSO",
        "v1.0.0   aaaaaaaaaaaa  amd64 arm64  77.3 MB  2026-03-04  prod     latest v1",
        "",
        "api: r/shop/api",
        "no version is published",
      ].join("\n"),
    );
  });

  it("fits 80 columns, and cannot be coloured by a tag", () => {
    const long = "feature-with-a-name-that-goes-on-and-on\u001b[31m";
    const wide = { ...version, version: long, tags: [long, long], runsIn: ["a-long-stack-name"] };
    const lines = listOutcome([{ ...service, versions: [wide] }])
      .text(look)
      .split("\n");
    assert.ok(
      lines.every((line) => line.length <= 80),
      lines.join("\n"),
    );
    assert.ok(!lines.join("").includes("\u001b"));
  });
});

describe("images inspect", () => {
  const published = {
    digest: A,
    platforms: [{ platform: "linux/amd64", digest: B }],
    sizeBytes: 1,
  };

  it("is a fault where a service has no such version", () => {
    const missing = { service: "api", image: "r/api", tags: [] };
    const whole = { service: "web", image: "r/web", tags: ["v1"], published };
    assert.equal(inspectOutcome("v1", [whole]).exitCode, 0);
    const outcome = inspectOutcome("v1", [whole, missing]);
    assert.equal(outcome.exitCode, 1);
    assert.match(outcome.text(look), /^api: r\/api has no v1$/m);
    assert.match(outcome.text(look), new RegExp(`^  digest       ${A}$`, "m"));
    assert.equal(fault(() => inspectOutcome("v1", [missing])).code, "version-missing");
  });
});

describe("images prune", () => {
  const plans = [
    planRetention(
      graphOf({
        new: { tags: ["v3.0.0"], age: 1 },
        next: { tags: ["v2.0.0"], age: 1 },
        old: {
          tags: ["v1.0.0", "a-tag-that-goes-on-and-on-for-many-columns-0123456789ab"],
          age: 61,
        },
        loose: { age: 15 },
      }),
      SETTINGS,
      NOTHING_DEPLOYED,
      NOW,
    ),
  ];
  const prune = (max: number) => {
    const removals = firstRemovals(plans, max);
    return { plans, removals, bytes: freedBytes(plans, removals, "registry") };
  };

  it("shows what would go and why, in 80 columns", () => {
    const { text, exitCode, json } = pruneOutcome(prune(500), undefined);
    const lines = text(look).split("\n");
    assert.ok(
      lines.every((line) => line.length <= 80),
      lines.join("\n"),
    );
    assert.match(lines[1] ?? "", /^web +v1\.0\.0/);
    assert.match(text({ ...look, width: 200 }), /not among the newest 2 versions, 61 d old/);
    assert.match(
      lines.slice(3).join(" "),
      /2 manifests, 20 B would go; 2 manifests stay\. Nothing was removed: `--yes`/,
    );
    assert.equal(exitCode, 0);
    assert.equal((json as { dryRun: boolean }).dryRun, true);
  });

  it("says what is left for further runs", () => {
    assert.match(pruneOutcome(prune(1), undefined).text(look), /; 1 more in further runs/);
  });

  it("tells what it removed before a surprise, and fails", () => {
    const whole = prune(500);
    const applied = { removed: whole.removals.slice(0, 1), surprise: "tag `v1` moved" };
    const { text, exitCode, json } = pruneOutcome(whole, applied);
    assert.equal(exitCode, 1);
    assert.match(text(look), /1 manifest, 10 B removed/);
    assert.match(text(look), /stopped: tag `v1` moved; nothing after that was removed/);
    assert.deepEqual((json as { stopped: string; left: number }).left, 1);
  });

  it("has nothing to say where nothing goes", () => {
    const plan = planRetention(graphOf({ a: { tags: ["main"] } }), SETTINGS, NOTHING_DEPLOYED, NOW);
    const empty = { plans: [plan], removals: [], bytes: new Map<string, number>() };
    assert.equal(pruneOutcome(empty, undefined).text(look), "nothing goes; 1 manifest stays");
  });
});

describe("sizes", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [999_949, "999.9 kB"],
    [999_999, "1.0 MB"],
    [5.5e9, "5.5 GB"],
    [2e15, "2000.0 TB"],
  ];
  for (const [bytes, text] of cases) {
    it(text, () => {
      assert.equal(sizeText(bytes), text);
    });
  }
});

describe("images verify", () => {
  const good = { service: "api", image: `registry.example/api@${A}` };
  const bad = {
    service: "web",
    image: `registry.example/web@${B}`,
    refusal: { code: "image-unsigned", message: "`web` is not signed" },
  };

  it("says of each service whether it would be deployed, and why not", () => {
    const outcome = verifyOutcome("v1.0.0", [good, bad]);
    assert.equal(outcome.exitCode, 1);
    assert.deepEqual(outcome.text(look).split("\n"), [
      "api: good",
      `  registry.example/api@${A}`,
      "web: refused (image-unsigned)",
      "  `web` is not signed",
    ]);
    assert.deepEqual(outcome.json, { version: "v1.0.0", services: [good, bad] });
  });

  it("is good where every service is", () => {
    assert.equal(verifyOutcome("v1.0.0", [good]).exitCode, 0);
  });
});
