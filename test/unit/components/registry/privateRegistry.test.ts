import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RegistryArgs } from "../../../../components/registry/contract";
import { declareRegistry } from "../../../../components/registry/pick";
import { PrivateRegistry } from "../../../../components/registry/privateRegistry";
import type { CredentialSource } from "../../../../lib/resources/registry";
import type { PrivateRegistrySettings } from "../../../../lib/settings/settings";
import { allRegistered, recordResources, urnOf, valueOf } from "../../support/mocks";

const COMPONENT = "bot-core:index:PrivateRegistry";
const ACCESS = "botcore:index:RegistryAccess";
const ANSWERS = { [COMPONENT]: () => ({}), [ACCESS]: () => ({}) };
const ARGS: RegistryArgs = {
  services: ["web", "api"],
  builds: ["bb", "aa"],
  version: "v1.2.3",
  platforms: ["linux/amd64"],
  retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
  github: { kind: "off" },
};
const INLINE = { kind: "inline", username: "push", password: "hunter2" } as const;

function settingsWith(
  push: CredentialSource,
  pull: CredentialSource = push,
): PrivateRegistrySettings {
  const endpoint = { server: "localhost:5005", insecure: true };
  const account = { endpoint, push, pull };
  return {
    kind: "private",
    endpoint,
    account,
    lookUp: pull,
    namespace: "bot-core",
    separator: "/",
    manage: true,
  };
}

describe("PrivateRegistry", () => {
  it("declares itself and the proof of access, nothing else", async () => {
    const recorder = await recordResources(ANSWERS);
    const settings = settingsWith({ kind: "docker" });
    const registry = new PrivateRegistry("registry", settings, ARGS);
    const urn = await urnOf(registry.access);
    await allRegistered();
    assert.deepEqual(recorder.registrations, [
      { type: COMPONENT, name: "registry", inputs: {}, secrets: [] },
      {
        type: ACCESS,
        name: "registry-access",
        inputs: {
          registry: settings.account,
          repositories: ["bot-core/api", "bot-core/web"],
          builds: ["aa", "bb"],
        },
        secrets: [],
      },
    ]);
    assert.equal(urn, `urn:pulumi:test::bot-core::${COMPONENT}$${ACCESS}::registry-access`);
  });

  it("names children after itself", async () => {
    const recorder = await recordResources(ANSWERS);
    await declareRegistry("backup", settingsWith({ kind: "docker" }), ARGS);
    await allRegistered();
    assert.deepEqual(
      recorder.registrations.map(({ name }) => name),
      ["backup", "backup-access"],
    );
  });

  it("says where each service's repository is", async () => {
    await recordResources(ANSWERS);
    const registry = await declareRegistry("registry", settingsWith({ kind: "docker" }), ARGS);
    assert.equal(registry.kind, "private");
    assert.equal(registry.repositoryPath("web"), "bot-core/web");
    assert.equal(registry.imageName("web"), "localhost:5005/bot-core/web");
    assert.deepEqual(await valueOf(registry.repositories), {
      api: "localhost:5005/bot-core/api",
      web: "localhost:5005/bot-core/web",
    });
    await allRegistered();
  });

  it("keeps a password of stack config secret, for own resources and for docker.Image", async () => {
    const recorder = await recordResources(ANSWERS);
    const settings = settingsWith(INLINE, { kind: "anonymous" });
    const registry = new PrivateRegistry("registry", settings, ARGS);
    const args = await registry.dockerRegistry;
    await allRegistered();
    const access = recorder.registrations.find(({ type }) => type === ACCESS);
    assert.deepEqual(access?.secrets, ["registry"]);
    assert.ok(await pulumi.isSecret(pulumi.output(registry.accountInput)));
    assert.ok(await pulumi.isSecret(pulumi.output(args)));
    assert.deepEqual(await valueOf(pulumi.output(args)), {
      server: "localhost:5005",
      username: "push",
      password: "hunter2",
    });
  });

  it("is secret too where only the pull identity stands in stack config", async () => {
    const recorder = await recordResources(ANSWERS);
    const settings = settingsWith({ kind: "docker" }, INLINE);
    new PrivateRegistry("registry", settings, ARGS);
    await allRegistered();
    const access = recorder.registrations.find(({ type }) => type === ACCESS);
    assert.deepEqual(access?.secrets, ["registry"]);
  });

  it("registers the same in a preview, where nothing has an id", async () => {
    const recorder = await recordResources(ANSWERS, { preview: true });
    const registry = await declareRegistry("registry", settingsWith({ kind: "docker" }), ARGS);
    assert.equal(await valueOf(registry.access.id), undefined);
    assert.deepEqual(await valueOf(registry.access.builds), ["aa", "bb"]);
    await allRegistered();
    assert.equal(recorder.registrations.length, 2);
  });

  it("refuses a service whose name cannot be a repository, without a stack", async () => {
    await recordResources(ANSWERS);
    const settings = settingsWith({ kind: "docker" });
    assert.throws(
      () => new PrivateRegistry("registry", settings, { ...ARGS, services: ["Web"] }),
      (error: unknown) => {
        assert.ok(error instanceof pulumi.ResourceError);
        assert.equal(error.hideStack, true);
        assert.equal(
          error.message,
          "Service `Web` cannot be pushed: `bot-core/Web` is not a legal repository name; allowed: " +
            "lower-case letters and digits with `.`, `_`, `-` or `/` between them; " +
            "rename the service in the Compose file",
        );
        return true;
      },
    );
    await allRegistered();
  });
});

describe("the push credential for docker.Image", () => {
  const variables = { PUSH_USER: "push", PUSH_PASSWORD: "hunter2" };
  const source = {
    kind: "environment",
    usernameVariable: "PUSH_USER",
    passwordVariable: "PUSH_PASSWORD",
  } as const;

  beforeEach(() => recordResources(ANSWERS));
  afterEach(async () => {
    await allRegistered();
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  });

  it("is read from the environment at its first use", async () => {
    const registry = await declareRegistry("registry", settingsWith(source), ARGS);
    Object.assign(process.env, variables);
    const args = pulumi.output(registry.dockerRegistry);
    assert.deepEqual(await valueOf(args), {
      server: "localhost:5005",
      username: "push",
      password: "hunter2",
    });
    assert.ok(await pulumi.isSecret(args));
  });

  it("is read once", async () => {
    const registry = await declareRegistry("registry", settingsWith({ kind: "docker" }), ARGS);
    assert.equal(registry.dockerRegistry, registry.dockerRegistry);
  });

  it("says which variables are missing", async () => {
    const registry = await declareRegistry("registry", settingsWith(source), ARGS);
    await assert.rejects(async () => await registry.dockerRegistry, {
      name: "UserError",
      code: "credentials-missing",
    });
  });

  it("stays in docker's own store", async () => {
    const registry = await declareRegistry("registry", settingsWith({ kind: "docker" }), ARGS);
    const args = pulumi.output(registry.dockerRegistry);
    assert.deepEqual(await valueOf(args), { server: "localhost:5005" });
    assert.equal(await pulumi.isSecret(args), false);
  });
});
