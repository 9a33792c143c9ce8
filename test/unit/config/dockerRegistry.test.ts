import { ECR, parseRow, type Row } from "./dockerRegistryRow";
import { assertIncludes } from "./support";

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
