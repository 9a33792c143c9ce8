import assert from "node:assert/strict";
import { composeOptions } from "../../../lib/settings/composeOptions";
import { parseWith } from "./support";

describe("composeOptions", () => {
  const ecr = { region: "eu-central-1", accountId: "123456789012" };
  const server = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
  const registries: readonly (readonly [provider: string, registry: object, name: string])[] = [
    ["ecr", ecr, `${server}/bot-core`],
    ["ecr", { ...ecr, namespace: "" }, server],
    ["gar", { project: "my-project", location: "us" }, "us-docker.pkg.dev/my-project/bot-core"],
    ["gcr", { project: "my-project" }, "gcr.io/my-project"],
    ["acr", { resourceGroup: "rg", name: "MyRegistry" }, "myregistry.azurecr.io/bot-core"],
    ["ghcr", { owner: "Acme" }, "ghcr.io/acme/bot-core"],
    ["dockerhub", { namespace: "acme" }, "docker.io/acme"],
    // A flat name's prefix is no part of a path; services of ours get their whole name anyway.
    ["dockerhub", { namespace: "acme", prefix: "bot-core" }, "docker.io/acme"],
    ["private", { server: "r.example.com", namespace: "a/b" }, "r.example.com/a/b"],
    ["private", { server: "[::1]:5000" }, "[::1]:5000"],
  ];
  for (const [provider, registry, name] of registries) {
    it(`DOCKER_REGISTRY of ${provider} is ${name}`, () => {
      const { variables } = composeOptions(parseWith({ provider, registry }), "/project");
      assert.equal(variables["DOCKER_REGISTRY"], name);
    });
  }

  it("has the stack's variables, and the release's before them", () => {
    const environment = { LOG_LEVEL: "info", VERSION: "v0" };
    const settings = parseWith({ environment }, [], { GIT_SHA: "0123abc" });
    assert.deepEqual(composeOptions(settings, "/project").variables, {
      LOG_LEVEL: "info",
      DOCKER_REGISTRY: "registry.example.com",
      VERSION: "v1.0.0",
      GIT_SHA: "0123abc",
    });
  });
});
