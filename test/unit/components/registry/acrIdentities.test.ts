import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { roleAssignmentName } from "../../../../lib/registries/acr/names";
import { allRegistered, valueOf } from "../../support/mocks";
import { shop } from "../support/github";
import {
  ACCESS,
  ACR,
  CREDENTIAL,
  declared,
  IDENTITY,
  inputsOf,
  listed,
  REGISTRY,
  REGISTRY_ID,
  ROLE,
  SUBSCRIPTION,
} from "./acrSupport";

const SUBJECTS = ["branch", "branch-numbered", "environment", "environment-numbered"];
const PULL_SUBJECTS = [...SUBJECTS, "pull-request", "pull-request-numbered"];

describe("AcrRegistry with GitHub", () => {
  it("declares two identities, each with one role and its workflows", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    assert.deepEqual(
      listed(run),
      [
        `${ACR} registry`,
        `${ACCESS} registry-access`,
        `${REGISTRY} registry-registry`,
        ...(["push", "pull"] as const).flatMap((role) => [
          `${IDENTITY} registry-${role}`,
          `${ROLE} registry-${role}-role`,
        ]),
        ...SUBJECTS.map((subject) => `${CREDENTIAL} registry-push-${subject}`),
        ...PULL_SUBJECTS.map((subject) => `${CREDENTIAL} registry-pull-${subject}`),
      ].sort(),
    );
  });

  it("gives each its role on the one registry, under a name that is the same everywhere", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    const roles = { push: "8311e382-0749-4cb8-b61a-304f252e45ec" };
    assert.deepEqual(inputsOf(run, ROLE, "registry-push-role"), {
      roleAssignmentName: roleAssignmentName("shopregistry", "shopregistry-push", "push"),
      scope: REGISTRY_ID,
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${roles.push}`,
      principalId: "shopregistry-push-principal",
      principalType: "ServicePrincipal",
    });
  });

  it("trusts exact subjects, of both formats", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    assert.deepEqual(inputsOf(run, CREDENTIAL, "registry-push-branch-numbered"), {
      resourceGroupName: "shop-rg",
      resourceName: "shopregistry-push",
      federatedIdentityCredentialResourceName: "github-branch-numbered",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:acme@12/shop@345:ref:refs/heads/main",
      audiences: ["api://AzureADTokenExchange"],
    });
  });

  it("writes an identity's credentials one after another", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    for (const [role, subjects] of [
      ["push", SUBJECTS],
      ["pull", PULL_SUBJECTS],
    ] as const) {
      const names = subjects.map((subject) => `registry-${role}-${subject}`);
      assert.deepEqual(
        names.map((name) => run.dependsOn.get(name)),
        names.map((_, at) => names.slice(Math.max(at - 1, 0), at)),
      );
    }
  });

  it("gives workflows what they log in with, and no secret", async () => {
    const { registry } = await declared({}, { github: shop() });
    const variables = pulumi.output(registry.actionsVariables);
    assert.deepEqual(await valueOf(variables), {
      AZURE_PUSH_CLIENT_ID: "shopregistry-push-client",
      AZURE_PULL_CLIENT_ID: "shopregistry-pull-client",
      AZURE_TENANT_ID: "T",
      AZURE_SUBSCRIPTION_ID: SUBSCRIPTION,
    });
    assert.equal(await pulumi.isSecret(variables), false);
    await allRegistered();
  });

  it("does not know the identities in the first preview", async () => {
    const { registry } = await declared({}, { github: shop() }, { preview: true });
    assert.equal(await valueOf(pulumi.output(registry.actionsVariables)), undefined);
    await allRegistered();
  });

  it("opens no door: no admin user, no owner, no contributor", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    const text = JSON.stringify(run.recorder.registrations);
    const open = [
      '"adminUserEnabled":true',
      '"anonymousPullEnabled":true',
      "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
      "b24988ac-6180-42a0-ab88-20f7382dd24c",
    ];
    for (const one of open) assert.ok(!text.includes(one), one);
  });
});
