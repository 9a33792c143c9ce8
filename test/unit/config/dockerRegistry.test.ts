import assert from "node:assert/strict";
import { assertIncludes, findingsOf, parseWith } from "./support";

const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

interface Row {
  readonly name: string;
  readonly provider?: string;
  readonly registry?: object;
  readonly reference: string;
}

function parseRow({ provider, registry, reference }: Row): object {
  const environment = { DOCKER_REGISTRY: reference };
  return parseWith({ provider, registry }, [], environment).registry;
}

describe("DOCKER_REGISTRY: a registry by itself", () => {
  const found: readonly (Row & { readonly expected: object })[] = [
    {
      name: "ECR",
      reference: `${ECR}/team/x`,
      expected: {
        kind: "ecr",
        endpoint: { server: ECR },
        region: "eu-central-1",
        accountId: "123456789012",
        namespace: "team/x",
      },
    },
    {
      name: "ECR without a namespace, at the port that all have",
      reference: `${ECR}:443`,
      expected: { endpoint: { server: ECR }, namespace: "" },
    },
    {
      name: "ECR by a FIPS endpoint",
      reference: "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/x",
      expected: {
        endpoint: { server: "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com" },
        region: "us-east-1",
      },
    },
    {
      name: "GAR",
      reference: "europe-west3-docker.pkg.dev/my-project/images",
      expected: {
        kind: "gar",
        project: "my-project",
        location: "europe-west3",
        repository: "images",
        namespace: "my-project/images",
      },
    },
    {
      name: "GAR without a repository, which there it cannot do without",
      reference: "us-docker.pkg.dev/my-project",
      expected: { namespace: "my-project/bot-core" },
    },
    {
      name: "GAR of a project with a domain",
      reference: "us-docker.pkg.dev/example.com/my-project/images",
      expected: {
        project: "example.com:my-project",
        repository: "images",
        namespace: "example.com/my-project/images",
      },
    },
    {
      name: "gcr.io",
      reference: "gcr.io/my-project",
      expected: {
        kind: "gar",
        endpoint: { server: "gcr.io" },
        location: "us",
        repository: "gcr.io",
        namespace: "my-project",
      },
    },
    {
      name: "ACR in China, beside the resource group",
      registry: { resourceGroup: "rg" },
      reference: "myregistry.azurecr.cn/x",
      expected: {
        kind: "acr",
        endpoint: { server: "myregistry.azurecr.cn" },
        name: "myregistry",
        namespace: "x",
      },
    },
    {
      name: "GHCR, as it stands: without a repository below the owner",
      reference: "ghcr.io/Acme",
      expected: { kind: "ghcr", owner: "acme", repository: "", namespace: "acme" },
    },
    {
      name: "GHCR with a repository",
      reference: "ghcr.io/acme/Shop",
      expected: { repository: "shop", namespace: "acme/shop" },
    },
    {
      name: "Docker Hub without a server",
      reference: "acme",
      expected: { kind: "dockerhub", owner: "acme", namespace: "acme", separator: "/" },
    },
    {
      name: "Docker Hub's other names, with a prefix",
      reference: "index.docker.io/acme/bot-core",
      expected: {
        kind: "dockerhub",
        endpoint: { server: "docker.io" },
        namespace: "acme/bot-core",
        separator: "-",
      },
    },
    {
      name: "a server of its own at a cloud's name",
      reference: "ghcr.io:5000/acme",
      expected: { kind: "private", endpoint: { server: "ghcr.io:5000" }, namespace: "acme" },
    },
    {
      name: "an IPv6 address",
      reference: "[::1]:5000/x",
      expected: { kind: "private", endpoint: { server: "[::1]:5000" }, namespace: "x" },
    },
  ];
  for (const { expected, ...row } of found) {
    it(`is ${row.name}`, () => {
      assertIncludes(parseRow(row), expected);
    });
  }
});

describe("DOCKER_REGISTRY: beside the configuration", () => {
  const beside: readonly (Row & { readonly expected: object })[] = [
    {
      name: "gives the path where the configuration does not name the registry by itself",
      provider: "gar",
      registry: { project: "my-project" },
      reference: "europe-west3-docker.pkg.dev/my-project/images",
      expected: { location: "europe-west3", repository: "images" },
    },
    {
      name: "gives no path to a registry that the configuration names",
      provider: "ghcr",
      registry: { owner: "acme" },
      reference: "ghcr.io/acme/other",
      expected: { namespace: "acme/bot-core" },
    },
    {
      name: "leaves the configuration's path alone",
      provider: "ecr",
      registry: { namespace: "mine" },
      reference: `${ECR}/other`,
      expected: { endpoint: { server: ECR }, namespace: "mine" },
    },
    {
      name: "gives ECR's account, and no path, where the configuration has the region",
      provider: "ecr",
      registry: { region: "eu-central-1" },
      reference: `${ECR}/other`,
      expected: { accountId: "123456789012", namespace: "bot-core" },
    },
    {
      name: "gives the same registry's host in another form",
      provider: "acr",
      registry: { resourceGroup: "rg", name: "MyRegistry" },
      reference: "myregistry-a1b2c3.azurecr.io",
      expected: { endpoint: { server: "myregistry-a1b2c3.azurecr.io" }, name: "MyRegistry" },
    },
    {
      name: "says nothing of another registry of the kind",
      provider: "acr",
      registry: { resourceGroup: "rg", name: "myregistry" },
      reference: "another.azurecr.cn/x",
      expected: { endpoint: { server: "myregistry.azurecr.io" }, namespace: "bot-core" },
    },
    {
      name: "says nothing of another kind where the configuration names the registry",
      provider: "dockerhub",
      registry: { namespace: "acme" },
      reference: `${ECR}/x`,
      expected: { kind: "dockerhub", namespace: "acme" },
    },
    {
      name: "is not even read there where it is not legal",
      provider: "ghcr",
      registry: { owner: "acme" },
      reference: "https://ghcr.io/",
      expected: { namespace: "acme/bot-core" },
    },
    {
      name: "is a private registry where the provider says so",
      provider: "private",
      reference: "ghcr.io/acme",
      expected: { kind: "private", endpoint: { server: "ghcr.io" }, namespace: "acme" },
    },
    {
      name: "decides gcr's host",
      provider: "gcr",
      registry: {},
      reference: "asia.gcr.io/my-project",
      expected: { repository: "asia.gcr.io", location: "asia" },
    },
  ];
  for (const { expected, ...row } of beside) {
    it(row.name, () => {
      assertIncludes(parseRow(row), expected);
    });
  }
});

describe("DOCKER_REGISTRY: rejected", () => {
  const rejected: readonly (Row & { readonly starts: readonly string[] })[] = [
    {
      name: "of another kind than the provider, where it is needed",
      provider: "ghcr",
      reference: `${ECR}/x`,
      starts: [
        "registry.owner: not set; DOCKER_REGISTRY of the environment belongs to provider ecr; allowed: ",
      ],
    },
    {
      name: "of another registry than the configuration's, where it is needed",
      provider: "gar",
      registry: { location: "us" },
      reference: "europe-docker.pkg.dev/my-project",
      starts: [
        "registry.project: not set; DOCKER_REGISTRY of the environment names another registry; allowed: ",
      ],
    },
    ...["https://ghcr.io/acme", "ghcr.io", "ghcr.io/acme//x", "ghcr.io/-acme"].map((reference) => ({
      name: `${reference}: one fault, not one for each key`,
      reference,
      starts: [
        `DOCKER_REGISTRY: given "${reference}"; allowed: ghcr.io/OWNER[/REPOSITORY] without a ` +
          "scheme; run: export DOCKER_REGISTRY=ghcr.io/OWNER",
      ],
    })),
    {
      name: "ECR with a path that ECR does not take",
      reference: `${ECR}/a--b`,
      starts: [
        `DOCKER_REGISTRY: given "${ECR}/a--b"; allowed: ACCOUNT.dkr.ecr.REGION.amazonaws.com`,
      ],
    },
    {
      name: "GAR without a project, or with a path below the repository",
      reference: "us-docker.pkg.dev/my-project/images/deeper",
      starts: [
        'DOCKER_REGISTRY: given "us-docker.pkg.dev/my-project/images/deeper"; allowed: ' +
          "LOCATION-docker.pkg.dev/PROJECT[/REPOSITORY] without a scheme, in lower case; ",
      ],
    },
    {
      name: "gcr.io with a path below the project",
      reference: "gcr.io/my-project/deeper",
      starts: ['DOCKER_REGISTRY: given "gcr.io/my-project/deeper"; allowed: gcr.io/PROJECT, or '],
    },
    {
      name: "Docker Hub with three parts, or in upper case",
      reference: "Acme/a/b",
      starts: ['DOCKER_REGISTRY: given "Acme/a/b"; allowed: NAMESPACE[/PREFIX] or docker.io/'],
    },
    {
      name: "ACR without what no server's name says",
      reference: "myregistry.azurecr.io",
      starts: ["registry.resourceGroup: not set; allowed: "],
    },
  ];
  for (const { starts, ...row } of rejected) {
    it(row.name, () => {
      const findings = findingsOf(() => parseRow(row));
      assert.equal(findings.length, starts.length, findings.join("\n"));
      starts.forEach((start, index) => {
        assert.equal(findings[index]?.slice(0, start.length), start);
      });
    });
  }

  it("an account of the environment that is none", () => {
    const values = { provider: "ecr", registry: { region: "eu-central-1" } };
    const environment = { AWS_ACCOUNT_ID: "acme" };
    assert.deepEqual(
      findingsOf(() => parseWith(values, [], environment)),
      [
        'AWS_ACCOUNT_ID: given "acme"; allowed: the 12 digits of an AWS account id, without dashes, ' +
          "in quotes where they begin with 0; run: export AWS_ACCOUNT_ID=123456789012",
      ],
    );
  });
});
