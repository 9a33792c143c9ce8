import assert from "node:assert/strict";
import { declare } from "../../../../components/registry/ecr";
import { pushPolicy, verifyPolicy } from "../../../../lib/registries/ecr/policies";
import { pullTrust, pushTrust, verifyTrust } from "../../../../lib/registries/ecr/trust";
import { allRegistered, recordResources, valueOf } from "../../support/mocks";
import * as pulumi from "@pulumi/pulumi";
import { recordOptions } from "../../support/options";
import {
  ACCOUNT,
  ANSWERS,
  EMPTY_ACCOUNT,
  OIDC,
  POLICY,
  REGION,
  ROLE,
  settingsWith,
  withGithub,
} from "./ecrSupport";

const PLACE = { accountId: ACCOUNT, region: REGION };
const GITHUB = {
  repository: { owner: "Acme", name: "shop", ownerId: 55, repositoryId: 77 },
  defaultBranch: "main",
  environment: "production",
};
const SCOPE = {
  accountId: ACCOUNT,
  regions: [REGION],
  repositories: ["bot-core/api", "bot-core/web"],
};
const ANSWERS_AND_GITHUB = { ...ANSWERS, "pulumi:providers:github": () => ({}) };
const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;

function role(kind: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/bot-core-${REGION}-${kind}`;
}

describe("EcrRegistry with GitHub's workflows", () => {
  it("declares who pushes, pulls and verifies, without a key", async () => {
    const recorder = await recordResources(ANSWERS_AND_GITHUB, { calls: EMPTY_ACCOUNT });
    const options = recordOptions();
    const registry = await declare("registry", settingsWith(), withGithub());
    await allRegistered();
    const named = (type: string): [string, Record<string, unknown>][] =>
      recorder.registrations
        .filter((one) => one.type === type)
        .map(({ name, inputs }) => [name, inputs as Record<string, unknown>]);
    assert.deepEqual(
      named(ROLE).map(([name, inputs]) => [name, inputs["name"], inputs["assumeRolePolicy"]]),
      [
        ["registry-pull", `bot-core-${REGION}-pull`, pullTrust(PLACE, GITHUB)],
        ["registry-push", `bot-core-${REGION}-push`, pushTrust(PLACE, GITHUB)],
        ["registry-verify", `bot-core-${REGION}-verify`, verifyTrust(PLACE, GITHUB)],
      ],
    );
    const policies = new Map(named(POLICY));
    assert.equal(policies.get("registry-push")?.["policy"], pushPolicy(SCOPE, role("pull")));
    assert.equal(policies.get("registry-verify")?.["policy"], verifyPolicy(SCOPE));
    assert.deepEqual(named(OIDC), [
      [
        "registry-github",
        {
          url: "https://token.actions.githubusercontent.com",
          clientIdLists: ["sts.amazonaws.com"],
          tags: { ManagedBy: "bot-core" },
        },
      ],
    ]);
    const { parent, provider, ...own } = options.get(`${OIDC} registry-github`) ?? {};
    assert.ok(parent !== undefined && provider !== undefined);
    assert.deepEqual(own, { retainOnDelete: true });
    assert.deepEqual(await valueOf(pulumi.output(registry.actionsVariables)), {
      AWS_ACCOUNT_ID: ACCOUNT,
      AWS_REGION: REGION,
      AWS_ROLE_TO_ASSUME: role("push"),
      AWS_PULL_ROLE_TO_ASSUME: role("pull"),
      AWS_VERIFY_ROLE_TO_ASSUME: role("verify"),
    });
  });

  it("takes the account's OIDC provider as it is", async () => {
    const calls = {
      ...EMPTY_ACCOUNT,
      "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": ({ arn }: { arn?: unknown }) => {
        assert.equal(arn, PROVIDER_ARN);
        return { arn, clientIdLists: ["sts.amazonaws.com", "other"] };
      },
    };
    await recordResources(ANSWERS_AND_GITHUB, { calls });
    const options = recordOptions();
    await declare("registry", settingsWith(), withGithub());
    await allRegistered();
    const { parent, provider, ...own } = options.get(`${OIDC} registry-github`) ?? {};
    assert.ok(parent !== undefined && provider !== undefined);
    assert.deepEqual(own, {
      import: PROVIDER_ARN,
      ignoreChanges: ["clientIdLists", "tags", "thumbprintLists"],
      retainOnDelete: true,
    });
  });

  it("does not take another failure for an account without a provider", async () => {
    const calls = {
      ...EMPTY_ACCOUNT,
      "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": () => {
        throw new Error("AccessDenied: not authorized to perform iam:GetOpenIDConnectProvider");
      },
    };
    await recordResources(ANSWERS_AND_GITHUB, { calls });
    await assert.rejects(declare("registry", settingsWith(), withGithub()), /AccessDenied/);
    await allRegistered();
  });
});
