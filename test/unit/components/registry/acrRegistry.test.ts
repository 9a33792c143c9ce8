import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { declareRegistry } from "../../../../components/registry/pick";
import { UserError } from "../../../../lib/errors";
import { allRegistered, recordResources, urnOf, valueOf } from "../../support/mocks";
import { shop } from "../support/github";
import {
  ACCESS,
  ACR,
  ACR_ANSWERS,
  ARGS,
  CACHE_RULE,
  declared,
  inputsOf,
  listed,
  REGISTRY,
  REGISTRY_ID,
  REPLICATION,
  SETTINGS,
} from "./acrSupport";

/** What the SDK itself adds to a registry's inputs. */
const FROM_SDK = {
  networkRuleBypassOptions: "AzureServices",
  publicNetworkAccess: "Enabled",
  zoneRedundancy: "Disabled",
};

describe("AcrRegistry", () => {
  it("declares a registry without an admin user and without anonymous pull", async () => {
    const run = await declared();
    await allRegistered();
    assert.deepEqual(
      listed(run),
      [`${ACR} registry`, `${ACCESS} registry-access`, `${REGISTRY} registry-registry`].sort(),
    );
    assert.deepEqual(inputsOf(run, REGISTRY, "registry-registry"), {
      registryName: "shopregistry",
      resourceGroupName: "shop-rg",
      sku: { name: "Standard" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      ...FROM_SDK,
    });
  });

  it("is made where the configuration says", async () => {
    const run = await declared({ location: "westeurope" });
    await allRegistered();
    const { location } = inputsOf(run, REGISTRY, "registry-registry") as { location?: unknown };
    assert.equal(location, "westeurope");
  });

  it("leaves the network around it, its encryption and its tags to its administrators", async () => {
    const run = await declared();
    await allRegistered();
    const ignored = run.options.of("registry-registry").ignoreChanges ?? [];
    for (const setting of [...Object.keys(FROM_SDK), "encryption", "networkRuleSet", "tags"]) {
      assert.ok(ignored.includes(setting), setting);
    }
    for (const setting of ["adminUserEnabled", "anonymousPullEnabled", "sku", "policies"]) {
      assert.ok(!ignored.includes(setting), setting);
    }
  });

  it("has no deleting by age where its tier would offer it", async () => {
    const run = await declared({ sku: "Premium" });
    await allRegistered();
    const { policies } = inputsOf(run, REGISTRY, "registry-registry") as {
      policies: Readonly<Record<string, { readonly status?: unknown }>>;
    };
    assert.equal(policies["retentionPolicy"]?.status, "disabled");
  });

  it("is the parent of all that it declares", async () => {
    const run = await declared();
    const urn = await urnOf(run.registry.access);
    await allRegistered();
    assert.ok(urn.includes(`${ACR}$${ACCESS}::registry-access`), urn);
  });

  it("pulls and pushes as who is signed in, which is known in a preview too", async () => {
    for (const preview of [false, true]) {
      const run = await declared({}, {}, { preview });
      const account = await valueOf(pulumi.output(run.registry.accountInput));
      await allRegistered();
      assert.deepEqual(account, SETTINGS.account);
    }
  });

  it("keeps the registry when it is deleted, unless that is asked for", async () => {
    const keeping = await declared();
    await allRegistered();
    assert.equal(keeping.options.of("registry-registry").retainOnDelete, true);
    const deleting = await declared(
      {},
      { retention: { ...ARGS.retention, deleteOnDestroy: true } },
    );
    await allRegistered();
    assert.equal(deleting.options.of("registry-registry").retainOnDelete, undefined);
  });

  it("declares nothing of Azure's, and asks nothing, where it manages nothing", async () => {
    const recorder = await recordResources(ACR_ANSWERS);
    const settings = { ...SETTINGS, manage: false };
    const registry = await declareRegistry("registry", settings, { ...ARGS, github: shop() });
    await allRegistered();
    assert.deepEqual(
      recorder.registrations.map(({ name }) => name),
      ["registry", "registry-access"],
    );
    assert.deepEqual(registry.actionsVariables, {});
  });
});

describe("AcrRegistry's copies", () => {
  it("are one a region", async () => {
    const run = await declared({ sku: "Premium", replicas: ["northeurope", "eastus"] });
    await allRegistered();
    const copies = listed(run).filter((name) => name.startsWith(REPLICATION));
    assert.deepEqual(copies, [
      `${REPLICATION} registry-replica-eastus`,
      `${REPLICATION} registry-replica-northeurope`,
    ]);
    assert.deepEqual(inputsOf(run, REPLICATION, "registry-replica-eastus"), {
      registryName: "shopregistry",
      resourceGroupName: "shop-rg",
      replicationName: "eastus",
      location: "eastus",
      regionEndpointEnabled: true,
      zoneRedundancy: "Disabled",
    });
    assert.deepEqual(run.options.of("registry-replica-eastus"), {
      ignoreChanges: ["tags", "zoneRedundancy"],
    });
  });
});

describe("AcrRegistry's caches", () => {
  const credential = `${REGISTRY_ID}/credentialSets/hub`;

  it("are a rule an upstream, with the login that Key Vault holds", async () => {
    const cache = [{ upstream: "docker.io", credential }, { upstream: "quay.io" }];
    const run = await declared({ cache });
    await allRegistered();
    assert.deepEqual(inputsOf(run, CACHE_RULE, "registry-cache-docker.io"), {
      registryName: "shopregistry",
      resourceGroupName: "shop-rg",
      cacheRuleName: "cache-docker-io",
      sourceRepository: "docker.io/*",
      targetRepository: "docker-io/*",
      credentialSetResourceId: credential,
    });
    const quay = inputsOf(run, CACHE_RULE, "registry-cache-quay.io") as object;
    assert.ok(!("credentialSetResourceId" in quay));
  });
});

describe("AcrRegistry, where something is there already", () => {
  const azure = { registry: true, replications: ["eastus"] };
  const premium = { sku: "Premium", replicas: ["eastus", "northeurope"] } as const;

  it("takes it over as it is, by the id that the provider itself makes", async () => {
    const run = await declared(premium, {}, { azure });
    await allRegistered();
    const registry = run.options.of("registry-registry");
    assert.equal(registry.import, REGISTRY_ID);
    assert.ok((registry.ignoreChanges ?? []).includes("adminUserEnabled"));
    const copy = run.options.of("registry-replica-eastus");
    assert.equal(copy.import, `${REGISTRY_ID}/replications/eastus`);
    assert.equal(run.options.of("registry-replica-northeurope").import, undefined);
  });

  it("brings its settings with the next run", async () => {
    const recorded = ["shopregistry.azurecr.io/bot-core/web"];
    const run = await declared(premium, { recorded }, { azure });
    await allRegistered();
    const registry = run.options.of("registry-registry");
    assert.equal(registry.import, REGISTRY_ID);
    assert.ok(!(registry.ignoreChanges ?? []).includes("adminUserEnabled"));
  });

  it("needs the resource group", async () => {
    const group = new Error('Status=404 Code="ResourceGroupNotFound" Message="shop-rg"');
    await assert.rejects(
      declared({}, {}, { azure: { group } }),
      (error: unknown) =>
        error instanceof UserError &&
        error.code === "registry-group" &&
        error.message.startsWith('`registry.resourceGroup` is "shop-rg", which is not there') &&
        error.message.includes("az group create --name shop-rg --location REGION"),
    );
    await allRegistered();
  });

  const denied = (): Error => new Error('Status=403 Code="AuthorizationFailed" Message="no"');

  it("says what to do where Azure refuses the question", async () => {
    await assert.rejects(
      declared({}, {}, { azure: { registry: denied() } }),
      (error: unknown) =>
        error instanceof UserError &&
        error.code === "registry-lookup" &&
        error.message.includes("the registry shopregistry") &&
        error.message.includes("az login"),
    );
    await allRegistered();
  });

  it("lets an identity go on that may only push, where the stack declared it before", async () => {
    const recorded = ["shopregistry.azurecr.io/bot-core/web"];
    const run = await declared({}, { recorded }, { azure: { group: denied() } });
    await allRegistered();
    assert.equal(run.options.of("registry-registry").import, undefined);
  });
});
