import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import type { Run } from "../../../../../lib/process/run";
import { findTool } from "../../../../../lib/supplyChain";
import { fakeRun } from "../recorded";

describe("finding a tool", () => {
  it("gives its program and version", async () => {
    const { run, seen } = fakeRun(() => ({ stdout: "syft 1.57.0\n" }));
    const tool = await findTool("syft", { run });
    assert.deepEqual(tool, { name: "syft", program: "syft", version: "1.57.0" });
    assert.deepEqual(
      seen.map(({ line }) => line),
      [["syft", "--version"]],
    );
  });

  it("says what it is for where it is missing", async () => {
    const run: Run = () => Promise.reject(new UserError("not there", "program-missing"));
    await assert.rejects(findTool("cosign", { run }), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "tool-missing");
      assert.match(error.message, /to sign and verify images/);
      return true;
    });
  });

  it("is asked once a process, and again after it was missing", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "/nowhere";
    try {
      const first = findTool("syft");
      assert.equal(findTool("syft"), first);
      await assert.rejects(first, { code: "tool-missing" });
      assert.notEqual(findTool("syft"), first);
    } finally {
      process.env["PATH"] = path;
    }
  });
});
