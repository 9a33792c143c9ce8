import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { declare, EcrRegistry } from "../../../../components/registry/ecr";
import type { RegistryArgs } from "../../../../components/registry/contract";
import { declareRegistry } from "../../../../components/registry/pick";
import { lifecyclePolicy } from "../../../../lib/registries/ecr/lifecycle";
import { pullPolicy } from "../../../../lib/registries/ecr/policies";
import { pullTrust } from "../../../../lib/registries/ecr/trust";
import { allRegistered, recordResources, valueOf } from "../../support/mocks";
import { recordOptions } from "../../support/options";
import {
  ACCESS,
  ACCOUNT,
  ANSWERS,
  ARGS,
  COMPONENT,
  EMPTY_ACCOUNT,
  LIFECYCLE,
  POLICY,
  PROVIDER,
  REGION,
  REPOSITORY,
  ROLE,
  SETTING,
  settingsWith,
} from "./ecrSupport";

const FILTERS = ["latest", "main", "p*-*", "v1", "v1.2"];
const SERVER = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const PULL_ROLE = `arn:aws:iam::${ACCOUNT}:role/bot-core-${REGION}-pull`;
const RETENTION = lifecyclePolicy({
  retention: ARGS.retention,
  platforms: 2,
  versions: ["v1.2.3"],
  tags: ["v1", "v1.2"],
});
const SCOPE = {
  accountId: ACCOUNT,
  regions: [REGION],
  repositories: ["bot-core/api", "bot-core/web"],
};

function repository(service: string): object {
  return {
    type: REPOSITORY,
    name: `registry-${service}`,
    inputs: {
      name: `bot-core/${service}`,
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: FILTERS.map((filter) => ({
        filter,
        filterType: "WILDCARD",
      })),
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      tags: { ManagedBy: "bot-core", Service: service },
    },
    secrets: [],
  };
}

function retention(service: string): object {
  return {
    type: LIFECYCLE,
    name: `registry-${service}-retention`,
    inputs: { repository: `bot-core/${service}`, policy: RETENTION },
    secrets: [],
  };
}

describe("EcrRegistry", () => {
  it("declares repositories with their rules, who pulls, and the proof of access", async () => {
    const recorder = await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const settings = settingsWith();
    const registry = await declareRegistry("registry", settings, ARGS);
    await allRegistered();
    assert.ok(registry instanceof EcrRegistry);
    assert.deepEqual(recorder.registrations, [
      {
        type: SETTING,
        name: "registry-blob-mounting",
        inputs: { name: "BLOB_MOUNTING", value: "ENABLED" },
        secrets: [],
      },
      retention("api"),
      retention("web"),
      repository("api"),
      repository("web"),
      {
        type: ROLE,
        name: "registry-pull",
        inputs: {
          name: `bot-core-${REGION}-pull`,
          description: "Pulls bot-core's images",
          assumeRolePolicy: pullTrust({ accountId: ACCOUNT, region: REGION }),
          tags: { ManagedBy: "bot-core" },
        },
        secrets: [],
      },
      {
        type: POLICY,
        name: "registry-pull",
        inputs: {
          name: "pull",
          role: `bot-core-${REGION}-pull`,
          policy: pullPolicy(SCOPE),
        },
        secrets: [],
      },
      { type: COMPONENT, name: "registry", inputs: {}, secrets: [] },
      {
        type: ACCESS,
        name: "registry-access",
        inputs: {
          registry: {
            ...settings.account,
            pull: { kind: "ecr", region: REGION, roleArn: PULL_ROLE },
          },
          repositories: ["bot-core/api", "bot-core/web"],
          builds: ["aa", "bb"],
        },
        secrets: [],
      },
      {
        type: PROVIDER,
        name: `registry-aws-${REGION}`,
        inputs: {
          region: REGION,
          allowedAccountIds: `["${ACCOUNT}"]`,
          skipCredentialsValidation: "false",
          skipRegionValidation: "true",
        },
        secrets: [],
      },
    ]);
  });

  it("keeps what holds images, and puts everything below itself by one provider", async () => {
    await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const options = recordOptions();
    await declare("registry", settingsWith(), ARGS);
    await allRegistered();
    const own = { parent: `${COMPONENT} registry`, provider: `registry-aws-${REGION}` };
    const repositories = {
      ...own,
      ignoreChanges: ["encryptionConfigurations", "tags"],
      retainOnDelete: true,
    };
    const retained = { ...own, deleteBeforeReplace: true };
    assert.deepEqual(Object.fromEntries(options), {
      [`${PROVIDER} registry-aws-${REGION}`]: {},
      [`${COMPONENT} registry`]: {},
      [`${REPOSITORY} registry-api`]: repositories,
      [`${REPOSITORY} registry-web`]: repositories,
      [`${LIFECYCLE} registry-api-retention`]: retained,
      [`${LIFECYCLE} registry-web-retention`]: retained,
      [`${SETTING} registry-blob-mounting`]: { ...own, retainOnDelete: true },
      [`${ROLE} registry-pull`]: own,
      [`${POLICY} registry-pull`]: own,
      [`${ACCESS} registry-access`]: { parent: `${COMPONENT} registry` },
    });
  });

  it("lets repositories go with their images where the settings say so", async () => {
    const recorder = await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const options = recordOptions();
    const retention = { ...ARGS.retention, deleteOnDestroy: true };
    await declare("registry", settingsWith(), { ...ARGS, retention });
    await allRegistered();
    const found = recorder.registrations.find(({ name }) => name === "registry-web");
    assert.equal((found?.inputs as { forceDelete?: boolean }).forceDelete, true);
    assert.equal(options.get(`${REPOSITORY} registry-web`)?.retainOnDelete, undefined);
  });

  it("declares nothing of AWS, and asks nothing, where it manages nothing", async () => {
    const recorder = await recordResources(ANSWERS);
    const settings = settingsWith({ manage: false });
    const registry = await declare("registry", settings, ARGS);
    await allRegistered();
    assert.deepEqual(
      recorder.registrations.map(({ type }) => type),
      [COMPONENT, ACCESS],
    );
    const access = recorder.registrations[1]?.inputs as { registry: unknown };
    assert.deepEqual(access.registry, settings.account);
    assert.equal(registry.managed, false);
    assert.deepEqual(registry.actionsVariables, {});
  });

  it("uses the role that the settings name instead of one of its own", async () => {
    const recorder = await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const pullRoleArn = "arn:aws:iam::999999999999:role/puller";
    await declare("registry", settingsWith({ pullRoleArn, profile: "shop" }), ARGS);
    await allRegistered();
    assert.ok(recorder.registrations.every(({ type }) => type !== ROLE && type !== POLICY));
    const access = recorder.registrations.find(({ type }) => type === ACCESS);
    const { registry } = access?.inputs as { registry: { pull: unknown } };
    const source = { kind: "ecr", region: REGION, profile: "shop", roleArn: pullRoleArn };
    assert.deepEqual(registry.pull, source);
    const provider = recorder.registrations.find(({ type }) => type === PROVIDER);
    assert.equal((provider?.inputs as { profile?: string }).profile, "shop");
  });

  it("encrypts by a key of its own, and scans nothing, where the settings say so", async () => {
    const recorder = await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const kmsKey = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11112222-3333-4444-5555-666677778888`;
    await declare("registry", settingsWith({ kmsKey, scanning: "off" }), ARGS);
    await allRegistered();
    const inputs = recorder.registrations.find(({ name }) => name === "registry-web")?.inputs as {
      readonly encryptionConfigurations: unknown;
      readonly imageScanningConfiguration: unknown;
    };
    assert.deepEqual(inputs.encryptionConfigurations, [{ encryptionType: "KMS", kmsKey }]);
    assert.deepEqual(inputs.imageScanningConfiguration, { scanOnPush: false });
  });

  it("knows in a first preview what is declared, and not yet who pulls", async () => {
    const recorder = await recordResources(ANSWERS, { preview: true, calls: EMPTY_ACCOUNT });
    const registry = await declare("registry", settingsWith(), ARGS);
    assert.equal(await valueOf(registry.access.id), undefined);
    await allRegistered();
    const access = recorder.registrations.find(({ type }) => type === ACCESS);
    assert.equal(recorder.registrations.length, 10);
    const { registry: account } = access?.inputs as { registry: Record<string, unknown> };
    assert.deepEqual(account["push"], { kind: "ecr", region: REGION });
    assert.ok(pulumi.isUnknown(account["pull"]));
  });

  it("says where each service's repository is", async () => {
    await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const registry = await declare("registry", settingsWith(), ARGS);
    await allRegistered();
    assert.equal(registry.imageName("web"), `${SERVER}/bot-core/web`);
    assert.equal(registry.pullImageName("web"), `${SERVER}/bot-core/web`);
    assert.equal(registry.pullAccountInput, registry.accountInput);
    assert.deepEqual(registry.replicas, {});
  });

  it("refuses a service whose name cannot be a repository before it declares anything", async () => {
    const recorder = await recordResources(ANSWERS, { calls: EMPTY_ACCOUNT });
    const args: RegistryArgs = { ...ARGS, services: ["Web"] };
    await assert.rejects(declare("registry", settingsWith(), args), { code: "repository-name" });
    await allRegistered();
    assert.deepEqual(recorder.registrations, []);
  });
});
