import assert from "node:assert/strict";
import { resolveCredentials } from "../../../../lib/credentials";
import { UserError } from "../../../../lib/errors";
import { checkAccess } from "../../../../lib/images";
import type { CredentialSource } from "../../../../lib/resources/registry";
import { FakeRegistry } from "../oci/fakeRegistry";

const PUSH: CredentialSource = { kind: "inline", username: "push", password: "pw-push" };
const PULL: CredentialSource = { kind: "inline", username: "pull", password: "pw-pull" };

describe("checkAccess", () => {
  let fake: FakeRegistry;
  beforeEach(async () => {
    fake = await FakeRegistry.start({
      auth: "bearer",
      users: {
        push: { password: "pw-push", rights: ["pull", "push", "delete"] },
        pull: { password: "pw-pull", rights: ["pull"] },
        none: { password: "pw-none", rights: [] },
      },
    });
  });
  afterEach(() => fake.stop());

  const check = (push: CredentialSource, pull: CredentialSource): Promise<void> =>
    checkAccess(
      {
        registry: { endpoint: fake.endpoint, push, pull },
        repositories: ["bot-core/a", "bot-core/b"],
        builds: [],
      },
      (source, server) => resolveCredentials(source, server, {}),
    );
  const fails = (work: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /pw-/);
      return true;
    });

  it("passes with both rights and leaves nothing behind", async () => {
    await check(PUSH, PULL);
    assert.equal(fake.uploads.size, 0);
    assert.equal(fake.manifests.size + fake.blobs.size, 0);
  });

  it("names each repository that the push login may not write", async () => {
    const line = (path: string): string => `push login: [^\n]*push to \`[^\`]*/${path}\`[^\n]*`;
    const both = new RegExp(`^${line("a")}\n${line("b")}$`);
    await fails(check(PULL, PULL), "registry-denied", both);
  });

  it("says a wrong password once, and which login it is", async () => {
    const wrong = { ...PULL, password: "pw-wrong" };
    await fails(check(PUSH, wrong), "registry-unauthorized", /^pull login: [^\n]*`pull`[^\n]*$/);
  });

  it("refuses a pull login without the right to read", async () => {
    const none = { kind: "inline", username: "none", password: "pw-none" } as const;
    await fails(
      check(PUSH, none),
      "registry-denied",
      /does not let user `none` pull from `[^`]*\/bot-core\/a`/,
    );
  });

  it("names the variables that are not set", async () => {
    const source = {
      kind: "environment",
      usernameVariable: "DOCKER_USERNAME",
      passwordVariable: "DOCKER_PASSWORD",
    } as const;
    const both = /not set: DOCKER_USERNAME, DOCKER_PASSWORD/;
    await fails(check(source, PULL), "credentials-missing", both);
  });
});
