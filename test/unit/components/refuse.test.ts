import assert from "node:assert/strict";
import { inspect } from "node:util";
import { RunError } from "@pulumi/pulumi";
import { refusal, refuse } from "../../../components/refuse";
import { UserError } from "../../../lib/errors";

describe("refuse", () => {
  const fault = new UserError("version: not set", "config-invalid");

  it("makes a fault of the user a message without frames, also where it is inspected", () => {
    const error = refusal(fault);
    assert.ok(RunError.isInstance(error));
    assert.equal(error.message, fault.message);
    assert.doesNotMatch(inspect(error, { colors: true }), /^\s+at /m);
  });

  it("is how a program ends with a fault of the user", async () => {
    const program = refuse(() => Promise.reject(fault));
    await assert.rejects(program, (error) => RunError.isInstance(error));
  });

  it("leaves other errors as they are", async () => {
    const bug = new TypeError("no such property");
    await assert.rejects(
      refuse(() => Promise.reject(bug)),
      (error) => error === bug,
    );
  });
});
