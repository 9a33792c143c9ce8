import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { poolTrust } from "../../../../lib/registries/gar/federation";
import { allRegistered, valueOf } from "../../support/mocks";
import { shop } from "../support/github";
import {
  ACCOUNT,
  ALWAYS,
  IAM_MEMBER,
  POOL,
  POOL_PROVIDER,
  PULL_EMAIL,
  PUSH_EMAIL,
  REPOSITORY_MEMBER,
  SERVICE,
  declared,
  inputsOf,
  listed,
} from "./garSupport";

describe("GarRegistry with GitHub", () => {
  it("declares who pushes, and trusts one repository's workflows without a key", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    assert.deepEqual(
      [...listed(run)].filter((name) => !name.startsWith("pulumi:providers:github")).sort(),
      [
        ...ALWAYS,
        `${SERVICE} registry-api-sts`,
        `${ACCOUNT} registry-push`,
        `${REPOSITORY_MEMBER} registry-push-writer`,
        `${POOL} registry-pool`,
        `${POOL_PROVIDER} registry-pool-provider`,
        `${IAM_MEMBER} registry-github-may-pull`,
        `${IAM_MEMBER} registry-github-may-push`,
        `${IAM_MEMBER} registry-push-may-pull`,
      ].sort(),
    );
    assert.deepEqual(inputsOf(run, POOL_PROVIDER, "registry-pool-provider"), {
      project: "my-project",
      workloadIdentityPoolId: "github-bot-core-4e8ed",
      workloadIdentityPoolProviderId: "github-345",
      displayName: "GitHub Actions",
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
      ...poolTrust(345, "main"),
    });
    assert.deepEqual(inputsOf(run, REPOSITORY_MEMBER, "registry-push-writer"), {
      project: "my-project",
      location: "europe-west3",
      repository: "bot-core",
      role: "roles/artifactregistry.writer",
      member: `serviceAccount:${PUSH_EMAIL}`,
    });
    assert.deepEqual(inputsOf(run, IAM_MEMBER, "registry-github-may-push"), {
      serviceAccountId: `projects/my-project/serviceAccounts/${PUSH_EMAIL}`,
      role: "roles/iam.workloadIdentityUser",
      member:
        "principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/" +
        "github-bot-core-4e8ed/attribute.push_repository_id/345",
    });
    assert.deepEqual(inputsOf(run, IAM_MEMBER, "registry-push-may-pull"), {
      serviceAccountId: `projects/my-project/serviceAccounts/${PULL_EMAIL}`,
      role: "roles/iam.serviceAccountTokenCreator",
      member: `serviceAccount:${PUSH_EMAIL}`,
    });
  });

  it("gives workflows what they log in with", async () => {
    const { registry } = await declared({}, { github: shop() });
    const variables = await valueOf(pulumi.output(registry.actionsVariables));
    await allRegistered();
    assert.deepEqual(variables, {
      GCP_WORKLOAD_IDENTITY_PROVIDER:
        "projects/42/locations/global/workloadIdentityPools/github-bot-core-4e8ed/providers/github-345",
      GCP_PUSH_SERVICE_ACCOUNT: PUSH_EMAIL,
      GCP_PULL_SERVICE_ACCOUNT: PULL_EMAIL,
    });
  });

  it("keeps pool and provider, whose names Google gives to nobody for 30 days", async () => {
    const run = await declared({}, { github: shop() });
    await allRegistered();
    assert.deepEqual(run.options.of("registry-pool"), { retainOnDelete: true });
    assert.deepEqual(run.options.of("registry-pool-provider"), { retainOnDelete: true });
  });

  it("opens no door for everybody", async () => {
    const run = await declared({ cache: [{ upstream: "docker.io" }] }, { github: shop() });
    await allRegistered();
    const text = JSON.stringify(run.recorder.registrations);
    for (const open of [
      "allUsers",
      "allAuthenticatedUsers",
      "roles/owner",
      "roles/editor",
      '"*"',
    ]) {
      assert.ok(!text.includes(open), open);
    }
  });
});
