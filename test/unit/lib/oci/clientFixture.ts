import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import type { RegistryOptions } from "../../../../lib/oci";

export const FAST: RegistryOptions = { timeoutMs: 5000, retries: 2, backoffMs: 1 };
export const USERS = {
  push: { password: "s3cret-push", rights: ["pull", "push", "delete"] },
  pull: { password: "s3cret-pull", rights: ["pull"] },
};
export const BYTES = Buffer.from('{"schemaVersion":2}');
export const PUSH = {
  username: "push",
  password: "s3cret-push",
  origin: "the variables A and B",
};

/** Asserts a UserError of a kind; gives its message. */
export async function failure(work: Promise<unknown>, code: string): Promise<string> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, code, error.message);
  return error.message;
}
