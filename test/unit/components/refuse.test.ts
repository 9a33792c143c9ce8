import assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { printable, refuse } from "../../../components/refuse";
import { UserError } from "../../../lib/errors";

describe("refuse", () => {
  it("hands on what the program returns", async () => {
    assert.equal(await refuse(() => Promise.resolve(7))(), 7);
  });

  it("shows a fault of the user as its message alone", async () => {
    const fails = refuse(() => Promise.reject(new UserError("no Dockerfile", "x")));
    await assert.rejects(fails, (error: unknown) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(error.message, "no Dockerfile");
      return true;
    });
  });

  it("keeps a defect what it is, with our frames", async () => {
    const defect = new TypeError("x is undefined");
    await assert.rejects(
      refuse(() => Promise.reject(defect))(),
      (error: unknown) => error === defect && String(defect.stack).includes("refuse.test"),
    );
  });

  it("leaves no frame on which Node's own printing never ends", () => {
    const error = new Error("broken");
    const frames = ["at f (/p/node_modules/@pulumi/errors.ts:1:2)", "at g (/p/a.ts:3:4)"];
    error.stack = ["Error: broken", ...frames].join("\n    ");
    assert.equal(
      inspect(printable(error), { colors: true }),
      "Error: broken\n    at g (/p/a.ts:3:4)",
    );
  });
});
