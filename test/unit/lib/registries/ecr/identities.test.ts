import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arnPartition,
  cachePrefix,
  roleName,
  upstreamUrl,
} from "../../../../../lib/registries/ecr/names";
import { pullPolicy, pushPolicy, verifyPolicy } from "../../../../../lib/registries/ecr/policies";
import { pullTrust, pushTrust, verifyTrust } from "../../../../../lib/registries/ecr/trust";

const ACCOUNT = "123456789012";
const PLACE = { accountId: ACCOUNT, region: "eu-central-1" };
const SCOPE = {
  accountId: ACCOUNT,
  regions: ["eu-central-1", "eu-west-1"],
  repositories: ["bot-core/web", "bot-core/api"],
  caches: ["docker-hub"],
};
const HOME = [
  `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/bot-core/api`,
  `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/bot-core/web`,
];
const COPIES = HOME.map((arn) => arn.replace("eu-central-1", "eu-west-1"));
const LOGIN = {
  Sid: "Login",
  Effect: "Allow",
  Action: ["ecr:GetAuthorizationToken"],
  Resource: ["*"],
};
const READ = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const CACHE = {
  Sid: "Cache",
  Effect: "Allow",
  Action: [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
    "ecr:GetDownloadUrlForLayer",
  ],
  Resource: [`arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/docker-hub/*`],
};
const GITHUB = {
  repository: { owner: "Acme", name: "shop", ownerId: 55, repositoryId: 77 },
  defaultBranch: "main",
  environment: "production",
};

interface Policy {
  readonly Version: string;
  readonly Statement: readonly Record<string, unknown>[];
}

function statements(json: string): Policy["Statement"] {
  const { Version, Statement } = JSON.parse(json) as Policy;
  assert.equal(Version, "2012-10-17");
  return Statement;
}

describe("ECR's policies", () => {
  it("pull: reads in every region, and nothing else", () => {
    assert.deepEqual(statements(pullPolicy(SCOPE)), [
      LOGIN,
      { Sid: "Pull", Effect: "Allow", Action: READ, Resource: [...HOME, ...COPIES] },
      CACHE,
    ]);
  });

  it("push: writes in the registry's own region, deletes nothing, and may become who pulls", () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/bot-core-eu-central-1-pull`;
    assert.deepEqual(statements(pushPolicy(SCOPE, role)), [
      LOGIN,
      {
        Sid: "Push",
        Effect: "Allow",
        Action: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:ListImages",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ],
        Resource: HOME,
      },
      CACHE,
      { Sid: "Pull", Effect: "Allow", Action: ["sts:AssumeRole"], Resource: [role] },
    ]);
  });

  it("verify: reads images and findings", () => {
    assert.deepEqual(statements(verifyPolicy({ ...SCOPE, caches: [] })), [
      LOGIN,
      {
        Sid: "Verify",
        Effect: "Allow",
        Action: [
          ...READ,
          "ecr:DescribeImageScanFindings",
          "ecr:DescribeImages",
          "ecr:ListImages",
        ].sort(),
        Resource: [...HOME, ...COPIES],
      },
    ]);
  });

  it("never name every resource but for the login, and no action by a wildcard", () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const scopes = fc.record({
      accountId: fc.stringMatching(/^\d{12}$/),
      regions: fc.array(fc.constantFrom("eu-west-1", "cn-north-1", "us-gov-west-1"), {
        minLength: 1,
      }),
      repositories: fc.array(name, { minLength: 1 }),
      caches: fc.array(name),
    });
    fc.assert(
      fc.property(scopes, (scope) => {
        for (const json of [pullPolicy(scope), pushPolicy(scope), verifyPolicy(scope)]) {
          for (const { Sid, Action, Resource } of statements(json)) {
            assert.ok(!JSON.stringify(Action).includes("*"));
            const open = (Resource as string[]).filter((one) => /^\*|:\*|repository\/\*/.test(one));
            assert.deepEqual(open, Sid === "Login" ? ["*"] : []);
          }
        }
      }),
    );
  });
});

describe("ECR's trust", () => {
  const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
  const federated = { Principal: { Federated: provider }, Action: "sts:AssumeRoleWithWebIdentity" };
  const audience = { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" };
  const account = {
    Sid: "ThisAccount",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: "sts:AssumeRole",
  };
  const subject = (...subs: string[]) => ({ "token.actions.githubusercontent.com:sub": subs });
  const tags = {
    Sid: "GithubTags",
    Effect: "Allow",
    ...federated,
    Condition: {
      StringEquals: audience,
      StringLike: subject(
        "repo:Acme/shop:ref:refs/tags/v*",
        "repo:Acme@55/shop@77:ref:refs/tags/v*",
      ),
    },
  };
  const exact = [
    "repo:Acme/shop:ref:refs/heads/main",
    "repo:Acme@55/shop@77:ref:refs/heads/main",
    "repo:Acme/shop:environment:production",
    "repo:Acme@55/shop@77:environment:production",
  ];
  const pullRequests = ["repo:Acme/shop:pull_request", "repo:Acme@55/shop@77:pull_request"];
  const branches = (...subs: string[]) => ({
    Sid: "GithubExact",
    Effect: "Allow",
    ...federated,
    Condition: { StringEquals: { ...audience, ...subject(...subs) } },
  });

  it("push: the default branch, v* tags and the environment, in both formats of `sub`", () => {
    assert.deepEqual(statements(pushTrust(PLACE, GITHUB)), [branches(...exact), tags]);
  });

  it("verify: pull requests too", () => {
    const expected = [branches(...exact, ...pullRequests), tags];
    assert.deepEqual(statements(verifyTrust(PLACE, GITHUB)), expected);
  });

  it("pull: this account, and the workflows where there are some", () => {
    assert.deepEqual(statements(pullTrust(PLACE)), [account]);
    assert.deepEqual(statements(pullTrust(PLACE, GITHUB)), [
      account,
      branches(...exact, ...pullRequests),
      tags,
    ]);
  });

  it("takes an environment's name as it stands, never as a pattern", () => {
    const json = pushTrust(PLACE, { ...GITHUB, environment: "*" });
    for (const { Condition } of statements(json)) {
      const { StringLike } = Condition as { StringLike?: object };
      assert.ok(!JSON.stringify(StringLike ?? {}).includes("environment"));
    }
    assert.ok(!json.includes("ForAllValues"));
  });
});

describe("ECR's names", () => {
  const roles: readonly [string, string, string][] = [
    ["bot-core", "eu-central-1", "bot-core-eu-central-1-pull"],
    ["", "eu-central-1", "bot-core-eu-central-1-pull"],
    ["acme/shop", "us-gov-west-1", "acme-shop-d21b2cdf-us-gov-west-1-pull"],
  ];
  for (const [namespace, region, expected] of roles) {
    it(`the role that pulls of "${namespace}" is ${expected}`, () => {
      assert.equal(roleName(namespace, region, "pull"), expected);
    });
  }

  it("of roles are IAM's, and differ with namespace, region and kind", () => {
    const namespaces = fc.stringMatching(/^[a-z0-9]{1,60}([/-][a-z0-9]{1,40}){0,3}$/);
    const regions = fc.constantFrom("eu-central-1", "ap-southeast-3", "us-gov-west-1");
    const places = fc.tuple(namespaces, regions, fc.constantFrom("push", "pull", "verify"));
    fc.assert(
      fc.property(places, places, (one, other) => {
        const [name, another] = [roleName(...one), roleName(...other)];
        assert.match(name, /^[\w+=,.@-]{1,64}$/);
        assert.equal(name === another, one.join(" ") === other.join(" "));
      }),
    );
  });

  const partitions: readonly [string, string][] = [
    ["eu-central-1", "aws"],
    ["cn-north-1", "aws-cn"],
    ["us-gov-east-1", "aws-us-gov"],
    ["us-isob-east-1", "aws-iso-b"],
    ["eusc-de-east-1", "aws-eusc"],
  ];
  for (const [region, partition] of partitions) {
    it(`ARNs in ${region} begin with arn:${partition}`, () => {
      assert.equal(arnPartition(region), partition);
    });
  }

  it("of caches are those of AWS's console, and made up for other registries", () => {
    assert.equal(cachePrefix("docker.io"), "docker-hub");
    assert.equal(upstreamUrl("docker.io"), "registry-1.docker.io");
    assert.equal(upstreamUrl("quay.io"), "quay.io");
    const long = `${"a".repeat(50)}.azurecr.io`;
    for (const upstream of [long, "123456789012.dkr.ecr.eu-west-1.amazonaws.com"]) {
      assert.match(cachePrefix(upstream), /^[a-z0-9]+-[0-9a-f]{8}$/);
      assert.ok(cachePrefix(upstream).length <= 30);
    }
  });
});
