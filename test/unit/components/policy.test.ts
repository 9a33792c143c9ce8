import assert from "node:assert/strict";
import { startEmptyEcr } from "./support/awsDouble";
import { CONFIGURATIONS, PLANTED, planOf, type Planned, VERSION } from "./support/plans";
import { faultsOf } from "./support/policyRules";

const ACCESS = "botcore:index:RegistryAccess";
type Kind = keyof typeof CONFIGURATIONS;

describe("every plan, with `github` on,", () => {
  let stopEcr: () => void;
  before(async () => {
    stopEcr = await startEmptyEcr();
  });
  after(() => {
    stopEcr();
  });

  for (const [kind, configurations] of Object.entries(CONFIGURATIONS)) {
    for (const registry of configurations) {
      const title = `${kind} ${JSON.stringify(registry).replace(PLANTED, "…")}`;
      it(`opens nothing and deletes no data: ${title}`, async () => {
        // Keys of a record of kinds.
        const plan = await planOf(kind as Kind, registry);
        // A promise that fails while things are declared would leave some of them out unseen.
        assert.equal(plan.filter(({ type }) => type === ACCESS).length, 1);
        assert.deepEqual(faultsOf(plan, VERSION), []);
        assert.equal(clearText(plan).includes(PLANTED), false);
      });
    }
  }
});

/** Everything that the engine would keep as it is. */
function clearText(plan: readonly Planned[]): string {
  return JSON.stringify(
    plan.map(({ inputs, secrets }) =>
      Object.entries(inputs as object).filter(([key]) => !secrets.includes(key)),
    ),
  );
}

describe("the rules of every plan", () => {
  const trust = (changes: object): string =>
    JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/x" },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": "repo:acme/shop:ref:refs/heads/main",
            },
          },
          ...changes,
        },
      ],
    });
  const allow = (changes: object): string =>
    JSON.stringify({ Statement: [{ Effect: "Allow", ...changes }] });
  const subject = (sub: string): object => ({
    Condition: {
      StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
      StringLike: { "token.actions.githubusercontent.com:sub": sub },
    },
  });
  const kept = { retainOnDelete: true } as const;
  const ROLE = "aws:iam/role:Role";
  const POLICY = "aws:iam/rolePolicy:RolePolicy";
  const ECR = "aws:ecr/repository:Repository";
  const ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment";
  const RULESET = "github:index/repositoryRuleset:RepositoryRuleset";
  const MEMBER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember";
  const AZURE = "azure-native:containerregistry:Registry";
  const CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential";

  const environment = {
    canAdminsBypass: false,
    deploymentBranchPolicy: { customBranchPolicies: true },
  };
  const ruleset = { enforcement: "active", rules: { update: true, deletion: true } };
  const fixed = (filter: string): object => ({
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: [{ filter, filterType: "WILDCARD" }],
  });

  const cases: readonly (readonly [string, object, Planned["options"], string | undefined])[] = [
    ["aws:s3/bucket:Bucket", {}, {}, "its type has no rule"],
    [
      POLICY,
      { policy: allow({ Action: "ecr:GetAuthorizationToken", Resource: "*" }) },
      {},
      undefined,
    ],
    [
      POLICY,
      { policy: allow({ Action: ["ecr:GetAuthorizationToken", "ecr:PutImage"], Resource: ["*"] }) },
      {},
      "allows ecr:GetAuthorizationToken, ecr:PutImage on every resource",
    ],
    [POLICY, { policy: allow({ Action: "ecr:*", Resource: "arn:x" }) }, {}, "allows ecr:*"],
    [ROLE, { assumeRolePolicy: trust({}) }, {}, undefined],
    [ROLE, { assumeRolePolicy: trust({ Principal: { AWS: "*" } }) }, {}, "lets anybody in"],
    [ROLE, { assumeRolePolicy: trust({ Principal: "*" }) }, {}, "lets anybody in"],
    [
      ROLE,
      { assumeRolePolicy: trust({ Condition: {} }) },
      {},
      "trusts tokens for other audiences; trusts every repository",
    ],
    [ROLE, { assumeRolePolicy: trust(subject("repo:acme/*")) }, {}, "trusts repo:acme/*"],
    [ROLE, { assumeRolePolicy: trust(subject("repo:acme/shop:*")) }, {}, "trusts repo:acme/shop:*"],
    [
      ROLE,
      { assumeRolePolicy: trust({ Condition: { "ForAllValues:StringEquals": {} } }) },
      {},
      "trusts tokens for other audiences; trusts every repository; says ForAllValues",
    ],
    [ECR, fixed("v1.2"), kept, undefined],
    [ECR, fixed("v*"), kept, "the filter v* lets v1.2.3 move"],
    [ECR, fixed("v1.2.3"), kept, "the filter v1.2.3 lets v1.2.3 move"],
    [ECR, { imageTagMutability: "MUTABLE" }, kept, "its tags may move"],
    [ECR, fixed("v1"), {}, "holds data, and a destroy deletes it"],
    [MEMBER, { role: "roles/artifactregistry.reader" }, {}, undefined],
    [MEMBER, { role: "roles/owner" }, {}, "`role` is roles/owner"],
    [MEMBER, { role: "roles/artifactregistry.reader", member: "allUsers" }, {}, "says allUsers"],
    [AZURE, { adminUserEnabled: false, anonymousPullEnabled: false }, kept, undefined],
    [
      AZURE,
      { adminUserEnabled: true },
      kept,
      "`adminUserEnabled` is not false; `anonymousPullEnabled` is not false",
    ],
    [
      CREDENTIAL,
      { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme/*" },
      {},
      "trusts repo:acme/*",
    ],
    ["pulumi:providers:github", { owner: "acme" }, {}, undefined],
    ["pulumi:providers:github", { token: "t" }, {}, "`token` is in the provider's state"],
    [ENVIRONMENT, environment, kept, undefined],
    [
      ENVIRONMENT,
      { ...environment, canAdminsBypass: true },
      kept,
      "`canAdminsBypass` is not false",
    ],
    [ENVIRONMENT, { canAdminsBypass: false }, kept, "any branch deploys there"],
    [RULESET, ruleset, kept, undefined],
    [RULESET, { ...ruleset, bypassActors: [{}] }, kept, "somebody may bypass it"],
    [RULESET, { ...ruleset, rules: { update: true } }, kept, "a version's tag may move"],
    [RULESET, { ...ruleset, enforcement: "disabled" }, kept, "`enforcement` is disabled"],
  ];

  for (const [type, inputs, options, fault] of cases) {
    it(`${type.split(":").at(-1) ?? ""} ${JSON.stringify(inputs)}: ${fault ?? "fine"}`, () => {
      const one: Planned = { type, name: "it", inputs, secrets: [], options };
      const faults = faultsOf([one], VERSION).map((line) => line.replace("it: ", ""));
      assert.equal(faults.join("; "), fault ?? "");
    });
  }
});
