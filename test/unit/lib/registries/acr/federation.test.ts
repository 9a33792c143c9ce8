import assert from "node:assert/strict";
import { AZURE_AUDIENCE, federatedSubjects } from "../../../../../lib/registries/acr/federation";
import { registryPolicies } from "../../../../../lib/registries/acr/policies";
import { roleDefinitionId } from "../../../../../lib/registries/acr/roles";

const SHOP = { owner: "Acme", name: "Shop", ownerId: 12, repositoryId: 345 };
const SETTINGS = { defaultBranch: "main", environment: "production" };

describe("federatedSubjects", () => {
  it("are the default branch and the environment for who pushes, in both formats", () => {
    assert.deepEqual(federatedSubjects(SHOP, SETTINGS, "push"), [
      { name: "branch", subject: "repo:Acme/Shop:ref:refs/heads/main" },
      { name: "branch-numbered", subject: "repo:Acme@12/Shop@345:ref:refs/heads/main" },
      { name: "environment", subject: "repo:Acme/Shop:environment:production" },
      { name: "environment-numbered", subject: "repo:Acme@12/Shop@345:environment:production" },
    ]);
  });

  it("are pull requests too for who pulls", () => {
    const pull = federatedSubjects(SHOP, SETTINGS, "pull");
    assert.deepEqual(pull.slice(0, 4), federatedSubjects(SHOP, SETTINGS, "push"));
    assert.deepEqual(pull.slice(4), [
      { name: "pull-request", subject: "repo:Acme/Shop:pull_request" },
      { name: "pull-request-numbered", subject: "repo:Acme@12/Shop@345:pull_request" },
    ]);
  });

  it("have no wildcard: Azure would take it for a character", () => {
    for (const role of ["push", "pull"] as const) {
      for (const { subject } of federatedSubjects(SHOP, SETTINGS, role)) {
        assert.ok(!subject.includes("*"), subject);
      }
    }
  });

  it("are names alone where GitHub's numbers are not known", () => {
    const { owner, name } = SHOP;
    const subjects = federatedSubjects({ owner, name }, SETTINGS, "push");
    assert.deepEqual(
      subjects.map((subject) => subject.name),
      ["branch", "environment"],
    );
  });

  it("are for the audience that Azure asks for", () => {
    assert.equal(AZURE_AUDIENCE, "api://AzureADTokenExchange");
  });
});

describe("roleDefinitionId", () => {
  it("is AcrPush and AcrPull, no role that may delete or administer", () => {
    const before = "/subscriptions/S/providers/Microsoft.Authorization/roleDefinitions/";
    assert.equal(roleDefinitionId("S", "push"), `${before}8311e382-0749-4cb8-b61a-304f252e45ec`);
    assert.equal(roleDefinitionId("S", "pull"), `${before}7f951dda-4ed3-4680-a7ca-43fe172d538d`);
  });
});

describe("registryPolicies", () => {
  it("switch the deleting by age off where there is one", () => {
    assert.deepEqual(registryPolicies("Premium"), { retentionPolicy: { status: "disabled" } });
    assert.equal(registryPolicies("Basic"), undefined);
    assert.equal(registryPolicies("Standard"), undefined);
  });
});
