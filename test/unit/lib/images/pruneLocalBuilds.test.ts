import assert from "node:assert/strict";
import { pruneLocalBuilds } from "../../../../lib/images";
import type { Run } from "../../../../lib/process/run";

const REPOSITORY = "localhost:5005/bot-core/web";
const TAGS = ["pb-000000000001-amd64", "pb-000000000002-amd64", "pb-000000000002-arm64"] as const;

describe("pruneLocalBuilds", () => {
  /** A docker with these images; removing one of `stuck` fails. */
  function docker(lines: readonly string[], stuck: readonly string[] = []) {
    const calls: string[] = [];
    const run: Run = (program, args) => {
      calls.push([program, ...args].join(" "));
      const removing = args[1] === "rm";
      const failed = removing && stuck.some((tag) => (args[2] ?? "").endsWith(tag));
      return Promise.resolve({
        code: failed ? 1 : 0,
        stdout: removing ? "" : lines.join("\n"),
        stderr: failed ? "conflict: in use" : "",
      });
    };
    return { run, calls };
  }
  const mine = (tag: string): string => `${REPOSITORY} ${tag}`;

  it("removes build tags of this repository that are not kept, and nothing else", async () => {
    const { run, calls } = docker([
      ...TAGS.map(mine),
      mine("v1.0.0"),
      mine("<none>"),
      mine("pb-mine"),
      `${REPOSITORY}-other pb-000000000009-amd64`,
    ]);
    const result = await pruneLocalBuilds(REPOSITORY, [TAGS[2]], { run });
    assert.deepEqual(result, { removed: [TAGS[0], TAGS[1]], failures: [] });
    assert.deepEqual(calls.slice(1), [
      `docker image rm ${REPOSITORY}:${TAGS[0]}`,
      `docker image rm ${REPOSITORY}:${TAGS[1]}`,
    ]);
  });

  it("goes on after an image in use, and reports it", async () => {
    const { run } = docker(TAGS.map(mine), [TAGS[0]]);
    const { removed, failures } = await pruneLocalBuilds(REPOSITORY, [], { run });
    assert.deepEqual(removed, [TAGS[1], TAGS[2]]);
    assert.deepEqual(failures, [`${REPOSITORY}:${TAGS[0]} stays: conflict: in use`]);
  });

  it("does not fail without docker", async () => {
    const run: Run = () => Promise.reject(new Error("`docker` is not on PATH"));
    const { removed, failures } = await pruneLocalBuilds(REPOSITORY, [], { run });
    assert.deepEqual(removed, []);
    assert.match(failures.join(), /not on PATH/);
  });
});
