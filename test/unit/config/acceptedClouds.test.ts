import assert from "node:assert/strict";
import { assertIncludes, parseWith } from "./support";
import { GAR_KEY, HUB_SECRET, KEY_ARN, ROLE_ARN, SECRET_ARN, SET_ID } from "./cloudNames";

/** The `registry` object's settings under a provider. */
function settingsOf(provider: string, registry: object, environment = {}): object {
  return parseWith({ provider, registry }, [], environment).registry;
}

const DOCKER = { kind: "docker" };

describe("parseSettings: ECR", () => {
  const server = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
  const place = { region: "eu-central-1", accountId: "123456789012" };

  it("fills in everything that the least leaves out", () => {
    const identity = { kind: "ecr", region: "eu-central-1" };
    const endpoint = { server, insecure: false };
    assert.deepEqual(settingsOf("ecr", place), {
      kind: "ecr",
      account: { endpoint, push: identity, pull: identity },
      endpoint,
      lookUp: identity,
      namespace: "bot-core",
      separator: "/",
      manage: true,
      ...place,
      replicas: [],
      pullFrom: "eu-central-1",
      scanning: "basic",
      cache: [],
    });
  });

  it("takes every key", () => {
    const registry = {
      ...place,
      namespace: "team.a/bot-core",
      profile: "Acme production",
      replicas: ["eu-west-1", "us-east-1"],
      pullFrom: "us-east-1",
      kmsKey: KEY_ARN,
      pullRoleArn: ROLE_ARN,
      scanning: "enhanced",
      cache: [
        { upstream: "index.docker.io", credential: SECRET_ARN },
        { upstream: "quay.io" },
        { upstream: "myregistry.azurecr.io", credential: `${SECRET_ARN}2` },
      ],
      manage: false,
    };
    const push = { kind: "ecr", region: "eu-central-1", profile: "Acme production" };
    assertIncludes(settingsOf("ecr", registry), {
      ...registry,
      cache: [{ upstream: "docker.io", credential: SECRET_ARN }, ...registry.cache.slice(1)],
      lookUp: push,
      account: { push, pull: { ...push, roleArn: ROLE_ARN } },
    });
  });

  it("takes an account id that the CLI made a number of, and a scanning switched off by false", () => {
    const changed = { region: "eu-central-1", accountId: 123456789012, scanning: false };
    const expected = { accountId: "123456789012", scanning: "off" };
    assertIncludes(settingsOf("ecr", changed), expected);
  });

  it("takes the account of AWS_ACCOUNT_ID, after the configuration's and DOCKER_REGISTRY's", () => {
    const AWS_ACCOUNT_ID = "000011112222";
    const accountOf = (registry: object, environment: object): unknown =>
      Reflect.get(settingsOf("ecr", registry, { AWS_ACCOUNT_ID, ...environment }), "accountId");
    assert.equal(accountOf({ region: "eu-central-1" }, {}), AWS_ACCOUNT_ID);
    assert.equal(accountOf(place, {}), "123456789012");
    const DOCKER_REGISTRY = `${server}/x`;
    assert.equal(accountOf({ region: "eu-central-1" }, { DOCKER_REGISTRY }), "123456789012");
  });

  it("is in China's domain in China", () => {
    const registry = { ...place, region: "cn-north-1" };
    const server = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn";
    assertIncludes(settingsOf("ecr", registry), { endpoint: { server } });
  });

  it("has repositories without a namespace where that is said", () => {
    assertIncludes(settingsOf("ecr", { ...place, namespace: "" }), { namespace: "" });
  });

  it("does not read logins of user name and password", () => {
    const { account } = parseWith({ provider: "ecr", registry: place }, [], {
      DOCKER_USERNAME: "u",
    }).registry;
    assert.equal(account.push.kind, "ecr");
  });
});

describe("parseSettings: GAR", () => {
  const place = { project: "my-project", location: "europe-west3" };

  it("fills in everything that the least leaves out", () => {
    const endpoint = { server: "europe-west3-docker.pkg.dev", insecure: false };
    const identity = { kind: "gar" };
    assert.deepEqual(settingsOf("gar", place), {
      kind: "gar",
      account: { endpoint, push: identity, pull: identity },
      endpoint,
      lookUp: identity,
      namespace: "my-project/bot-core",
      separator: "/",
      ...place,
      repository: "bot-core",
      scanning: "inherited",
      cache: [],
      manage: true,
    });
  });

  it("takes every key", () => {
    const registry = {
      ...place,
      location: "europe",
      repository: "images",
      pullServiceAccount: "puller@my-project.iam.gserviceaccount.com",
      kmsKey: GAR_KEY,
      scanning: "off",
      cache: [{ upstream: "docker.io", credential: HUB_SECRET, username: "u" }],
      manage: false,
    };
    assertIncludes(settingsOf("gar", registry), {
      ...registry,
      endpoint: { server: "europe-docker.pkg.dev" },
      namespace: "my-project/images",
      account: {
        push: { kind: "gar" },
        pull: { kind: "gar", serviceAccount: "puller@my-project.iam.gserviceaccount.com" },
      },
    });
  });

  it("puts a project's domain before it as Google does", () => {
    const settings = settingsOf("gar", { ...place, project: "example.com:my-project" });
    const namespace = "example.com/my-project/bot-core";
    assertIncludes(settings, { project: "example.com:my-project", namespace });
  });

  const hosts = [
    [undefined, "gcr.io", "us"],
    ["gcr.io", "gcr.io", "us"],
    ["us", "us.gcr.io", "us"],
    ["us.gcr.io", "us.gcr.io", "us"],
    ["eu", "eu.gcr.io", "europe"],
    ["asia", "asia.gcr.io", "asia"],
  ] as const;
  for (const [given, host, location] of hosts) {
    it(`as gcr with location ${given ?? "unset"} is the repository ${host} in ${location}`, () => {
      const registry = { project: "my-project", ...(given && { location: given }) };
      assertIncludes(settingsOf("gcr", registry), {
        kind: "gar",
        endpoint: { server: host },
        project: "my-project",
        location,
        repository: host,
        namespace: "my-project",
      });
    });
  }
});

describe("parseSettings: ACR", () => {
  const place = { resourceGroup: "Rg_(1).x", name: "MyRegistry" };

  it("fills in everything that the least leaves out", () => {
    const endpoint = { server: "myregistry.azurecr.io", insecure: false };
    const identity = { kind: "acr" };
    assert.deepEqual(settingsOf("acr", place), {
      kind: "acr",
      account: { endpoint, push: identity, pull: identity },
      endpoint,
      lookUp: identity,
      namespace: "bot-core",
      separator: "/",
      manage: true,
      ...place,
      sku: "Standard",
      replicas: [],
      cache: [],
    });
  });

  it("takes every key", () => {
    const registry = {
      ...place,
      namespace: "",
      location: "westeurope",
      sku: "Premium",
      tenantId: "contoso.onmicrosoft.com",
      replicas: ["northeurope", "eastus2"],
      cache: [{ upstream: "mcr.microsoft.com" }, { upstream: "docker.io", credential: SET_ID }],
      manage: false,
    };
    const identity = { kind: "acr", tenantId: "contoso.onmicrosoft.com" };
    const account = { push: identity, pull: identity };
    assertIncludes(settingsOf("acr", registry), { ...registry, lookUp: identity, account });
  });

  it("takes a name that the CLI made a number of", () => {
    assertIncludes(settingsOf("acr", { ...place, name: 12345 }), { name: "12345" });
  });
});

describe("parseSettings: GHCR and Docker Hub", () => {
  it("GHCR has the owner in lower case", () => {
    const endpoint = { server: "ghcr.io", insecure: false };
    assert.deepEqual(settingsOf("ghcr", { owner: "Acme-Corp" }), {
      kind: "ghcr",
      account: { endpoint, push: DOCKER, pull: DOCKER },
      endpoint,
      lookUp: DOCKER,
      owner: "acme-corp",
      repository: "bot-core",
      namespace: "acme-corp/bot-core",
      separator: "/",
      manage: true,
    });
  });

  it("GHCR takes a path below the owner, or none", () => {
    const namespaceOf = (repository: string): unknown =>
      Reflect.get(settingsOf("ghcr", { owner: "acme", repository }), "namespace");
    assert.equal(namespaceOf("Shop/Images"), "acme/shop/images");
    assert.equal(namespaceOf(""), "acme");
  });

  it("Docker Hub has flat names: a prefix stands before the service's", () => {
    const endpoint = { server: "docker.io", insecure: false };
    const common = {
      kind: "dockerhub",
      account: { endpoint, push: DOCKER, pull: DOCKER },
      endpoint,
      lookUp: DOCKER,
      owner: "acme",
      manage: true,
    };
    const flat = { ...common, namespace: "acme", separator: "/" };
    assert.deepEqual(settingsOf("dockerhub", { namespace: "acme" }), flat);
    const prefixed = { ...common, namespace: "acme/bot-core", separator: "-" };
    const registry = { namespace: "acme", prefix: "bot-core" };
    assert.deepEqual(settingsOf("dockerhub", registry), prefixed);
  });

  const pair = (usernameVariable: string, passwordVariable: string): object => ({
    kind: "environment",
    usernameVariable,
    passwordVariable,
  });
  const actions = { GITHUB_ACTOR: "octocat", GITHUB_TOKEN: "t" };
  const docker = { DOCKER_USERNAME: "u", DOCKER_PASSWORD: "p" };
  const pull = { DOCKER_PULL_USERNAME: "v", DOCKER_PULL_PASSWORD: "q" };
  const fromActions = pair("GITHUB_ACTOR", "GITHUB_TOKEN");
  const fromDocker = pair("DOCKER_USERNAME", "DOCKER_PASSWORD");
  const fromPull = pair("DOCKER_PULL_USERNAME", "DOCKER_PULL_PASSWORD");
  const logins: readonly (readonly [string, string, object, object, object])[] = [
    ["ghcr", "a workflow's token", actions, fromActions, fromActions],
    ["ghcr", "DOCKER_… first", { ...actions, ...docker }, fromDocker, fromDocker],
    ["ghcr", "a weaker one", { ...actions, ...pull }, fromActions, fromPull],
    ["ghcr", "half of a workflow's: none", { GITHUB_TOKEN: "t" }, DOCKER, DOCKER],
    ["dockerhub", "GitHub's token: none", actions, DOCKER, DOCKER],
    ["dockerhub", "both of DOCKER_…", { ...docker, ...pull }, fromDocker, fromPull],
  ];
  for (const [provider, name, environment, push, pulling] of logins) {
    it(`logins of ${provider}: ${name}`, () => {
      const registry = provider === "ghcr" ? { owner: "acme" } : { namespace: "acme" };
      const account = { push, pull: pulling };
      assertIncludes(settingsOf(provider, registry, environment), { account, lookUp: pulling });
    });
  }

  it("the configuration's login comes first", () => {
    const registry = { owner: "acme", username: "u", password: "p" };
    const { account } = parseWith({ provider: "ghcr", registry }, ["registry"], {
      ...docker,
      ...actions,
    }).registry;
    const inline = { kind: "inline", username: "u", password: "p" };
    assertIncludes(account, { push: inline, pull: inline });
  });
});
