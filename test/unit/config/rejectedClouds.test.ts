import assert from "node:assert/strict";
import { HUB_SECRET, KEY_ARN, SECRET_ARN, SET_ID } from "./cloudNames";
import { refusalsOf } from "./cloudRefusals";
import { findingsOf, parseWith } from "./support";

const missing: readonly (readonly [provider: string, keys: readonly string[]])[] = [
  ["ecr", ["region", "accountId"]],
  ["gar", ["project", "location"]],
  ["gcr", ["project"]],
  ["acr", ["resourceGroup", "name"]],
  ["ghcr", ["owner"]],
  ["dockerhub", ["namespace"]],
];

describe("parseSettings: rejected objects of the clouds", () => {
  for (const [provider, keys] of missing) {
    it(`${provider}: everything that has to be there, at once`, () => {
      const findings = findingsOf(() => parseWith({ provider, registry: undefined }));
      const at = findings.map((finding) => /^registry\.(\w+): not set; /.exec(finding)?.[1]);
      assert.deepEqual([...at].sort(), [...keys].sort(), findings.join("\n"));
    });

    it(`${provider}: a misspelt key`, () => {
      const findings = refusalsOf(provider, { mange: false, server: "r.example.com" });
      const at = findings.map((finding) => finding.slice(0, finding.indexOf(";")));
      const unknown = ["registry.mange: unknown key", "registry.server: unknown key"];
      assert.deepEqual(at, unknown);
      assert.match(findings[0] ?? "", /; did you mean manage\?; /);
    });
  }

  const crossed: readonly (readonly [string, string, object, readonly string[]])[] = [
    [
      "ecr: replicas in the own region, in another partition, twice",
      "ecr",
      { replicas: ["eu-central-1", "us-gov-west-1", "eu-west-1", "eu-west-1"] },
      [
        'registry.replicas: given "eu-west-1" twice; allowed: each once; ' +
          "run: pulumi config rm --path bot-core:registry.replicas",
        'registry.replicas[0]: given "eu-central-1", which is the registry\'s own region; allowed: ' +
          "other regions of the same partition; " +
          "run: pulumi config rm --path 'bot-core:registry.replicas[0]'",
        'registry.replicas[1]: given "us-gov-west-1", which is in another partition of AWS; ' +
          "allowed: other regions of the same partition; " +
          "run: pulumi config rm --path 'bot-core:registry.replicas[1]'",
      ],
    ],
    [
      "ecr: more replicas than a rule takes",
      "ecr",
      { replicas: Array.from({ length: 26 }, (_, index) => `us-east-${index + 1}`) },
      [
        "registry.replicas: given 26 regions; allowed: at most 25; " +
          "run: pulumi config rm --path 'bot-core:registry.replicas[25]'",
      ],
    ],
    [
      "ecr: pulling from where nothing is",
      "ecr",
      { replicas: ["eu-west-1"], pullFrom: "us-east-1" },
      [
        'registry.pullFrom: given "us-east-1"; allowed: registry.region, or one of ' +
          "registry.replicas; run: pulumi config set --path 'bot-core:registry.replicas[1]' us-east-1",
      ],
    ],
    [
      "ecr: a key of another region",
      "ecr",
      { kmsKey: KEY_ARN.replace("eu-central-1", "eu-west-1") },
      [
        "registry.kmsKey: given a key in another region than the registry; allowed: a key in " +
          "eu-central-1; run: pulumi config rm --path bot-core:registry.kmsKey",
      ],
    ],
    [
      "ecr: a cache's secret of another account",
      "ecr",
      { cache: [{ upstream: "ghcr.io", credential: SECRET_ARN.replace("123456", "654321") }] },
      [
        "registry.cache[0].credential: given a secret of another region or account; allowed: one in " +
          "eu-central-1 of the registry's account; " +
          "run: pulumi config rm --path 'bot-core:registry.cache[0].credential'",
      ],
    ],
    [
      "ecr: a cache that needs a login, one that is not known, one twice, a secret itself",
      "ecr",
      {
        cache: [
          { upstream: "docker.io" },
          { upstream: "index.docker.io", credential: "hunter2" },
          { upstream: "query.io", login: 1 },
        ],
      },
      [
        "registry.cache[0].credential: not set; this upstream asks for a login; allowed: the ARN of " +
          "a Secrets Manager secret whose name begins with ecr-pullthroughcache/; run: pulumi " +
          `config set --path 'bot-core:registry.cache[0].credential' ${SECRET_ARN}`,
        "registry.cache[1].credential: given a value that is not shown; allowed: the ARN of a " +
          "Secrets Manager secret whose name begins with ecr-pullthroughcache/; run: pulumi " +
          `config set --path 'bot-core:registry.cache[1].credential' ${SECRET_ARN}`,
        'registry.cache[2].upstream: given "query.io"; allowed: docker.io, ghcr.io, ' +
          "registry.gitlab.com, cgr.dev, public.ecr.aws, quay.io, registry.k8s.io, NAME.azurecr.io " +
          "or another ECR registry; did you mean quay.io?; " +
          "run: pulumi config set --path 'bot-core:registry.cache[2].upstream' public.ecr.aws",
        "registry.cache[2].login: unknown key; allowed: upstream, credential; " +
          "run: pulumi config rm --path 'bot-core:registry.cache[2].login'",
        'registry.cache[1].upstream: given "docker.io" twice; allowed: each once; ' +
          "run: pulumi config rm --path 'bot-core:registry.cache[1]'",
      ],
    ],
    [
      "a cache that is no list",
      "acr",
      { cache: { upstream: "docker.io" } },
      [
        "registry.cache: given an object; allowed: a list, not empty, of objects like {upstream: " +
          "docker.io}; run: pulumi config set --path 'bot-core:registry.cache[0].upstream' docker.io",
      ],
    ],
    [
      "a cache of texts, which may hold a password",
      "acr",
      { cache: ["hunter2@docker.io"] },
      [
        "registry.cache[0]: given a value that is not shown; allowed: an object like {upstream: " +
          "docker.io}; run: pulumi config set --path 'bot-core:registry.cache[0].upstream' docker.io",
      ],
    ],
    [
      "gar: half of a cache's login",
      "gar",
      { cache: [{ upstream: "docker.io", credential: HUB_SECRET }] },
      [
        "registry.cache[0].username: not set; its credential is; allowed: text on one line, without " +
          "`:`; run: pulumi config set --path 'bot-core:registry.cache[0].username' USER",
      ],
    ],
    [
      "gar: the other half",
      "gar",
      { cache: [{ upstream: "docker.io", username: "u" }] },
      [
        "registry.cache[0].credential: not set; its username is; allowed: " +
          "projects/PROJECT/secrets/SECRET/versions/VERSION; run: pulumi config set --path " +
          `'bot-core:registry.cache[0].credential' ${HUB_SECRET}`,
      ],
    ],
    [
      "gcr: a repository of another name",
      "gcr",
      { repository: "bot-core" },
      [
        "registry.repository: unknown key; allowed: location, project, pullServiceAccount, kmsKey, " +
          "scanning, cache, manage; run: pulumi config rm --path bot-core:registry.repository",
      ],
    ],
    [
      "acr: replicas of a registry that is not Premium, one of them its own region",
      "acr",
      { location: "westeurope", replicas: ["westeurope"] },
      [
        "registry.replicas: given for a registry of sku Standard; allowed: only with sku Premium; " +
          "run: pulumi config set --path bot-core:registry.sku Premium",
        'registry.replicas[0]: given "westeurope", which is registry.location; allowed: other ' +
          "regions; run: pulumi config rm --path 'bot-core:registry.replicas[0]'",
      ],
    ],
    [
      "a password in clear",
      "ghcr",
      { username: "u", password: "hunter2" },
      [
        "registry.password: given in clear; allowed: an encrypted value; " +
          "run: pulumi config rm --path bot-core:registry.password && " +
          "pulumi config set --secret --path bot-core:registry.password",
      ],
    ],
  ];
  for (const [name, provider, changes, findings] of crossed) {
    it(name, () => {
      assert.deepEqual(refusalsOf(provider, changes), findings);
    });
  }

  it("nothing of a secret object is shown", () => {
    const secrets: readonly (readonly [string, object])[] = [
      ["ecr", { region: "hunter2", accountId: "hunter2", pullRoleArn: "hunter2" }],
      ["ecr", { region: "eu-north-1", kmsKey: KEY_ARN, replicas: ["eu-north-1", "us-hunter2-1"] }],
      ["ecr", { pullFrom: "us-east-2", cache: [{ upstream: "hunter2" }] }],
      ["acr", { location: "hunteri", replicas: ["hunteri"] }],
    ];
    for (const [provider, changes] of secrets) {
      const findings = refusalsOf(provider, changes, ["registry"]).join("\n");
      assert.doesNotMatch(findings, /hunter|eu-north-1|us-east-2/);
    }
  });

  it("a credential set is known by its whole id", () => {
    const cache = [{ upstream: "docker.io", credential: SET_ID.replace("credentialSets", "x") }];
    assert.match(
      refusalsOf("acr", { cache })[0] ?? "",
      /^registry\.cache\[0\]\.credential: given "/,
    );
  });
});
