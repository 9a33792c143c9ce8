import assert from "node:assert/strict";
import type { RegistryArgs } from "../../../../components/registry/contract";
import { declareRegistry } from "../../../../components/registry/pick";
import type {
  DockerHubSettings,
  GhcrSettings,
  RegistryBase,
} from "../../../../lib/settings/registrySettings";
import { allRegistered, recordResources, urnOf, valueOf } from "../../support/mocks";
import { shop } from "../support/github";

const GHCR = "bot-core:index:GhcrRegistry";
const HUB = "bot-core:index:DockerHubRegistry";
const ACCESS = "botcore:index:RegistryAccess";
const ANSWERS = { [GHCR]: () => ({}), [HUB]: () => ({}), [ACCESS]: () => ({}) };
const ARGS: RegistryArgs = {
  services: ["web", "api"],
  builds: ["aa"],
  version: "v1.2.3",
  platforms: ["linux/amd64"],
  retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
  github: { kind: "off" },
};

const PUSH = {
  kind: "environment",
  usernameVariable: "DOCKER_USERNAME",
  passwordVariable: "DOCKER_PASSWORD",
} as const;
const PULL = {
  kind: "environment",
  usernameVariable: "DOCKER_PULL_USERNAME",
  passwordVariable: "DOCKER_PULL_PASSWORD",
} as const;

function base(server: string, namespace: string): RegistryBase {
  const endpoint = { server, insecure: false };
  const account = { endpoint, push: PUSH, pull: PULL };
  return { endpoint, account, lookUp: PULL, namespace, separator: "/", manage: true };
}

const ghcr: GhcrSettings = {
  kind: "ghcr",
  ...base("ghcr.io", "acme/shop"),
  owner: "acme",
  repository: "shop",
};
const hub: DockerHubSettings = { kind: "dockerhub", ...base("docker.io", "acme"), owner: "acme" };

for (const [settings, type] of [
  [ghcr, GHCR],
  [hub, HUB],
] as const) {
  describe(`${settings.kind}, where nothing can be declared`, () => {
    it("is the proof of access alone, with the weaker identity that pulls", async () => {
      const recorder = await recordResources(ANSWERS);
      const registry = await declareRegistry("registry", settings, ARGS);
      const urn = await urnOf(registry.access);
      await allRegistered();
      const namespace = settings.namespace;
      assert.deepEqual(recorder.registrations, [
        { type, name: "registry", inputs: {}, secrets: [] },
        {
          type: ACCESS,
          name: "registry-access",
          inputs: {
            registry: settings.account,
            repositories: [`${namespace}/api`, `${namespace}/web`],
            builds: ["aa"],
          },
          secrets: [],
        },
      ]);
      assert.equal(urn, `urn:pulumi:test::bot-core::${type}$${ACCESS}::registry-access`);
    });

    it("declares nothing more where `github` is on", async () => {
      const recorder = await recordResources(ANSWERS);
      await declareRegistry("registry", settings, { ...ARGS, github: shop() });
      await allRegistered();
      assert.equal(recorder.registrations.length, 2);
    });
  });
}

describe("names on Docker Hub", () => {
  it("are flat", async () => {
    await recordResources(ANSWERS);
    const flat: DockerHubSettings = { ...hub, namespace: "acme/shop", separator: "-" };
    const registry = await declareRegistry("registry", flat, ARGS);
    assert.deepEqual(await valueOf(registry.repositories), {
      api: "docker.io/acme/shop-api",
      web: "docker.io/acme/shop-web",
    });
    await allRegistered();
  });

  it("have two parts: the user name of a workflow is the first", async () => {
    await recordResources(ANSWERS);
    const registry = await declareRegistry("registry", hub, ARGS);
    assert.deepEqual(registry.actionsVariables, { DOCKERHUB_USERNAME: "acme" });
    await allRegistered();
  });
});

describe("a workflow of GitHub", () => {
  it("needs no variable for GHCR: it has its own token", async () => {
    await recordResources(ANSWERS);
    const registry = await declareRegistry("registry", ghcr, ARGS);
    assert.deepEqual(registry.actionsVariables, {});
    await allRegistered();
  });
});
