import assert from "node:assert/strict";
import { startTestRegistry } from "../../../dev/localRegistry";
import type { TestRegistry } from "../../../dev/localRegistry";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { UserError } from "../../../lib/errors";
import { OCI_CONFIG, OCI_MANIFEST, RegistryClient, canonicalJson } from "../../../lib/oci";

const PORT = 5990;
const READ_ONLY_PORT = 5991;
const USERS = [tokenUser("push", "p1", EVERYTHING), tokenUser("pull", "p2", PULL_ONLY)];

function client(port: number, username: string, password: string): RegistryClient {
  return new RegistryClient(
    { server: `localhost:${port}`, insecure: true },
    { username, password },
  );
}

async function pushImage(registry: RegistryClient, tag: string): Promise<void> {
  const config = Buffer.from("{}");
  const digest = await registry.putBlob("team/app", config);
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest, size: config.length },
    layers: [],
  };
  await registry.putManifest("team/app", tag, Buffer.from(canonicalJson(manifest)), OCI_MANIFEST);
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof UserError && error.code === code;
}

describe("dev/localRegistry, a real registry behind the token server", function () {
  this.timeout(60_000);
  let registry: TestRegistry;
  const push = client(PORT, "push", "p1");
  const pull = client(PORT, "pull", "p2");

  before(async () => {
    registry = await startTestRegistry({ name: "devtest-registry", port: PORT, users: USERS });
  });

  after(() => registry.close());

  it("lets the push user push, and the pull user pull what was pushed", async () => {
    await pushImage(push, "one");
    assert.deepEqual(
      await pull.getManifest("team/app", "one"),
      await push.getManifest("team/app", "one"),
    );
    assert.deepEqual(await pull.listTags("team/app"), ["one"]);
  });

  it("denies the pull user a push and a deletion", async () => {
    await pushImage(push, "kept");
    const head = await push.headManifest("team/app", "kept");
    await assert.rejects(pushImage(pull, "two"), withCode("registry-denied"));
    await assert.rejects(
      pull.deleteManifest("team/app", head?.digest ?? ""),
      withCode("registry-denied"),
    );
    assert.notEqual(await push.headManifest("team/app", "kept"), undefined);
  });

  it("lets the push user delete", async () => {
    await pushImage(push, "gone");
    const head = await push.headManifest("team/app", "gone");
    assert.equal(await push.deleteManifest("team/app", head?.digest ?? ""), true);
    assert.equal(await push.headManifest("team/app", "gone"), undefined);
  });

  it("refuses a wrong password, an unknown user and nobody at all", async () => {
    const refused = withCode("registry-unauthorized");
    await assert.rejects(client(PORT, "push", "wrong").listTags("team/app"), refused);
    await assert.rejects(client(PORT, "other", "p1").listTags("team/app"), refused);
    const anonymous = new RegistryClient({ server: `localhost:${PORT}`, insecure: true });
    await assert.rejects(anonymous.listTags("team/app"), UserError);
  });

  it("can be read-only, for everybody", async () => {
    const readOnly = await startTestRegistry({
      name: "devtest-registry-read-only",
      port: READ_ONLY_PORT,
      users: USERS,
      readOnly: true,
    });
    try {
      await assert.rejects(pushImage(client(READ_ONLY_PORT, "push", "p1"), "one"), UserError);
    } finally {
      await readOnly.close();
    }
  });

  it("says which port is taken", async () => {
    await assert.rejects(
      startTestRegistry({ name: "devtest-registry-second", port: PORT, users: USERS }),
      (error) =>
        error instanceof UserError &&
        error.message ===
          `devtest-registry-second needs 127.0.0.1:${PORT}, which another program uses: ` +
            "stop that one and run again",
    );
  });
});
