import assert from "node:assert/strict";
import type { Provider } from "@pulumi/aws/provider";
import { EcrRegistry, type EcrManaged } from "../../../../components/registry/ecr";
import { declareProviders } from "../../../../components/registry/ecr/providers";
import { EMPTY_REGISTRY, type RegistryState } from "../../../../lib/registries/ecr/registryState";
import type { EcrSettings } from "../../../../lib/settings/registrySettings";
import {
  allRegistered,
  recordResources,
  valueOf,
  type Recorder,
  type Registration,
} from "../../support/mocks";
import { recordOptions } from "../../support/options";
import * as pulumi from "@pulumi/pulumi";
import {
  ACCOUNT,
  ANSWERS,
  ARGS,
  CACHE,
  COPY,
  LIFECYCLE,
  POLICY,
  REGION,
  REPLICATION,
  REPOSITORY,
  SCANNING,
  settingsWith,
  TEMPLATE,
} from "./ecrSupport";

const PATHS = { api: "bot-core/api", web: "bot-core/web" };
const OTHERS = {
  destinations: [{ region: "us-west-2", registryId: ACCOUNT }],
  repositoryFilters: [{ filter: "other/", filterType: "PREFIX_MATCH" }],
};

function managed(
  settings: EcrSettings,
  state: Partial<RegistryState> = {},
  there: Partial<RegistryState> = {},
): EcrManaged {
  const providers: Readonly<Record<string, Provider>> = declareProviders("registry", settings);
  const registries = {
    [REGION]: { ...EMPTY_REGISTRY, ...state },
    [COPY]: { ...EMPTY_REGISTRY, ...there },
  };
  return { providers, paths: PATHS, found: { repositories: {}, tags: {}, registries } };
}

function of(recorder: Recorder, type: string): readonly Registration[] {
  return recorder.registrations.filter((one) => one.type === type);
}

describe("EcrRegistry with a copy in another region", () => {
  const settings = settingsWith({ replicas: [COPY], pullFrom: COPY });

  async function declared(state: Partial<RegistryState> = {}) {
    const recorder = await recordResources(ANSWERS);
    const options = recordOptions();
    const registry = new EcrRegistry("registry", settings, ARGS, managed(settings, state));
    await allRegistered();
    return { recorder, options, registry };
  }

  it("has the same repositories and rules there, by that region's provider", async () => {
    const { recorder, options } = await declared();
    const inputs = new Map(recorder.registrations.map((one) => [one.name, one.inputs]));
    assert.deepEqual(
      of(recorder, REPOSITORY).map(({ name }) => name),
      ["registry-api", `registry-api-${COPY}`, "registry-web", `registry-web-${COPY}`],
    );
    assert.deepEqual(inputs.get(`registry-web-${COPY}`), inputs.get("registry-web"));
    assert.deepEqual(
      inputs.get(`registry-web-${COPY}-retention`),
      inputs.get("registry-web-retention"),
    );
    const there = [
      `${REPOSITORY} registry-web-${COPY}`,
      `${LIFECYCLE} registry-web-${COPY}-retention`,
    ];
    for (const name of there) assert.equal(options.get(name)?.provider, `registry-aws-${COPY}`);
  });

  it("copies the namespace, keeps the rules of others, and has a template for what comes later", async () => {
    const { recorder, options } = await declared({ replication: [OTHERS] });
    const [replication] = of(recorder, REPLICATION);
    const ours = {
      destinations: [{ region: COPY, registryId: ACCOUNT }],
      repositoryFilters: [{ filter: "bot-core/", filterType: "PREFIX_MATCH" }],
    };
    assert.deepEqual(replication?.inputs, { replicationConfiguration: { rules: [OTHERS, ours] } });
    const repository = of(recorder, REPOSITORY)[0]?.inputs as Record<string, unknown>;
    const [template] = of(recorder, TEMPLATE);
    const { lifecyclePolicy, ...rest } = template?.inputs as { lifecyclePolicy: string };
    assert.deepEqual(rest, {
      prefix: "bot-core",
      appliedFors: ["REPLICATION"],
      description: "Copies of bot-core's images",
      imageTagMutability: repository["imageTagMutability"],
      imageTagMutabilityExclusionFilters: repository["imageTagMutabilityExclusionFilters"],
      encryptionConfigurations: repository["encryptionConfigurations"],
    });
    assert.ok(lifecyclePolicy.includes('"untagged"'));
    assert.equal(
      options.get(`${TEMPLATE} registry-copies-${COPY}`)?.provider,
      `registry-aws-${COPY}`,
    );
    assert.equal(options.get(`${REPLICATION} registry-replication`)?.retainOnDelete, true);
  });

  it("ends its own copies with itself, never those of others", async () => {
    const key = `${REPLICATION} registry-replication`;
    assert.equal((await declared()).options.get(key)?.retainOnDelete, undefined);
    const shared = await declared({ replication: [OTHERS] });
    assert.equal(shared.options.get(key)?.retainOnDelete, true);
  });

  it("lets the host pull there, by that region's login, with the very role", async () => {
    const { recorder, registry } = await declared();
    const server = `${ACCOUNT}.dkr.ecr.${COPY}.amazonaws.com`;
    assert.equal(registry.pullImageName("web"), `${server}/bot-core/web`);
    assert.deepEqual(registry.replicas, { [COPY]: server });
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/bot-core-${REGION}-pull`;
    assert.deepEqual(await valueOf(pulumi.output(registry.pullAccountInput)), {
      endpoint: { server, insecure: false, copy: true },
      push: settings.account.push,
      pull: { kind: "ecr", region: COPY, roleArn },
    });
    const policy = of(recorder, POLICY)[0]?.inputs as { policy: string };
    assert.ok(policy.policy.includes(`arn:aws:ecr:${COPY}:${ACCOUNT}:repository/bot-core/web`));
  });
});

describe("EcrRegistry with what a registry has once", () => {
  it("declares neither scanning nor copies nor caches that nobody asked for", async () => {
    const recorder = await recordResources(ANSWERS);
    const settings = settingsWith();
    new EcrRegistry("registry", settings, ARGS, managed(settings));
    await allRegistered();
    for (const type of [SCANNING, REPLICATION, TEMPLATE, CACHE]) {
      assert.deepEqual(of(recorder, type), []);
    }
  });

  it("scans by Inspector and leaves what others scan; nothing turns that back", async () => {
    const recorder = await recordResources(ANSWERS);
    const options = recordOptions();
    const settings = settingsWith({ scanning: "enhanced" });
    const other = [{ filter: "other*", filterType: "WILDCARD" }];
    const scanning = {
      scanType: "BASIC",
      rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: other }],
    };
    new EcrRegistry("registry", settings, ARGS, managed(settings, { scanning }));
    await allRegistered();
    assert.deepEqual(of(recorder, SCANNING)[0]?.inputs, {
      scanType: "ENHANCED",
      rules: [
        {
          scanFrequency: "CONTINUOUS_SCAN",
          repositoryFilters: [{ filter: "bot-core/*", filterType: "WILDCARD" }],
        },
        { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: other },
      ],
    });
    assert.equal(options.get(`${SCANNING} registry-scanning`)?.retainOnDelete, true);
  });

  it("copies other registries through, and takes a cache that is there as it is", async () => {
    const recorder = await recordResources(ANSWERS);
    const options = recordOptions();
    const credential = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf`;
    const cache = [{ upstream: "docker.io", credential }, { upstream: "quay.io" }];
    const settings = settingsWith({ cache });
    new EcrRegistry("registry", settings, ARGS, managed(settings, { caches: ["quay"] }));
    await allRegistered();
    assert.deepEqual(
      of(recorder, CACHE).map(({ inputs }) => inputs),
      [
        {
          ecrRepositoryPrefix: "docker-hub",
          upstreamRegistryUrl: "registry-1.docker.io",
          credentialArn: credential,
        },
        { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" },
      ],
    );
    assert.equal(options.get(`${CACHE} registry-cache-docker-hub`)?.import, undefined);
    assert.equal(options.get(`${CACHE} registry-cache-quay`)?.import, "quay");
    const [hub] = of(recorder, TEMPLATE);
    const { lifecyclePolicy, ...rest } = hub?.inputs as { lifecyclePolicy: string };
    assert.deepEqual(rest, {
      prefix: "docker-hub",
      appliedFors: ["PULL_THROUGH_CACHE"],
      description: "Cached images of docker.io",
      imageTagMutability: "MUTABLE",
      encryptionConfigurations: [{ encryptionType: "AES256" }],
    });
    assert.ok(lifecyclePolicy.includes('"any"'));
  });
});
