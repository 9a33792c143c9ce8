import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import { isUnknownImage } from "../../../../../lib/rollout/docker/pull";
import { pullCopy } from "../../../../../lib/rollout/release/pullCopy";

const REFERENCE = `registry.example/shop/web@sha256:${"a".repeat(64)}`;
const WAIT = { limitMs: 60_000, everyMs: 1 };

function failed(reason: string): UserError {
  return new UserError(`${REFERENCE} cannot be pulled to the host: ${reason}`, "pull-failed");
}

describe("pullCopy", () => {
  const said: string[] = [];
  const conduct = {
    report: (line: string) => void said.push(line),
    signal: new AbortController().signal,
  };
  beforeEach(() => said.splice(0));

  it("pulls once where the copy is there", async () => {
    let pulls = 0;
    await pullCopy(REFERENCE, () => Promise.resolve(void (pulls += 1)), conduct, WAIT);
    assert.equal(pulls, 1);
    assert.deepEqual(said, []);
  });

  it("waits for what the copy does not know yet, and says so", async () => {
    const answers = ["manifest unknown: Requested image not found", "name unknown", undefined];
    const attempt = (): Promise<void> => {
      const reason = answers.shift();
      return reason === undefined ? Promise.resolve() : Promise.reject(failed(reason));
    };
    await pullCopy(REFERENCE, attempt, conduct, WAIT);
    assert.deepEqual(answers, []);
    assert.deepEqual(said, Array(2).fill("waiting for the copy of registry.example/shop/web"));
  });

  it("does not wait on another failure", async () => {
    let pulls = 0;
    const attempt = (): Promise<void> => {
      pulls += 1;
      return Promise.reject(failed("unauthorized: authentication required"));
    };
    await assert.rejects(pullCopy(REFERENCE, attempt, conduct, WAIT), { code: "pull-failed" });
    assert.equal(pulls, 1);
  });

  it("gives up past its limit, with what to do", async () => {
    const attempt = (): Promise<void> => Promise.reject(failed("manifest unknown"));
    await assert.rejects(pullCopy(REFERENCE, attempt, conduct, { limitMs: 5, everyMs: 1 }), {
      code: "copy-late",
      message: /has not been copied .* `pulumi config rm --path bot-core:registry.pullFrom`$/s,
    });
  });

  it("ends with the release", async () => {
    const controller = new AbortController();
    const attempt = (): Promise<void> => {
      controller.abort();
      return Promise.reject(failed("manifest unknown"));
    };
    const ended = pullCopy(REFERENCE, attempt, { ...conduct, signal: controller.signal }, WAIT);
    await assert.rejects(ended, { code: "rollout-interrupted" });
  });
});

describe("isUnknownImage", () => {
  const table: readonly [unknown, boolean][] = [
    [failed("manifest for x not found: manifest unknown"), true],
    [failed("name unknown: The repository with name 'x' does not exist in the registry"), true],
    [failed("failed to resolve reference: x: not found"), true],
    [failed("dial tcp: i/o timeout"), false],
    [new UserError("manifest unknown", "other"), false],
    [new Error("manifest unknown"), false],
  ];
  for (const [error, expected] of table) {
    it(`${String(expected)}: ${(error as Error).message.slice(-50)}`, () => {
      assert.equal(isUnknownImage(error), expected);
    });
  }
});
