import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { declareRegistry } from "../../../../components/registry/pick";
import { cleanupPolicies } from "../../../../lib/registries/gar/cleanup";
import { allRegistered, recordResources, urnOf, valueOf } from "../../support/mocks";
import { shop } from "../support/github";
import {
  ACCESS,
  ACCOUNT,
  ALWAYS,
  ARGS,
  GAR,
  GAR_ANSWERS,
  IAM_MEMBER,
  PROVIDER,
  PULL_EMAIL,
  PUSH_EMAIL,
  REPOSITORY,
  REPOSITORY_MEMBER,
  SERVICE,
  SETTINGS,
  declared,
  inputsOf,
  listed,
} from "./garSupport";

describe("GarRegistry", () => {
  it("declares a repository and a weaker identity that pulls", async () => {
    const run = await declared();
    await allRegistered();
    assert.deepEqual([...listed(run)].sort(), [...ALWAYS].sort());
    assert.deepEqual(inputsOf(run, REPOSITORY, "registry-repository"), {
      project: "my-project",
      location: "europe-west3",
      repositoryId: "bot-core",
      description: "Container images, published by bot-core",
      format: "DOCKER",
      mode: "STANDARD_REPOSITORY",
      cleanupPolicies: cleanupPolicies({ prDays: 14, version: "v1.2.3" }),
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
    });
    assert.deepEqual(inputsOf(run, ACCOUNT, "registry-pull"), {
      project: "my-project",
      accountId: "bot-core-pull-4e8ed",
      displayName: "bot-core: pull",
      createIgnoreAlreadyExists: true,
    });
    assert.deepEqual(inputsOf(run, REPOSITORY_MEMBER, "registry-pull-reader"), {
      project: "my-project",
      location: "europe-west3",
      repository: "bot-core",
      role: "roles/artifactregistry.reader",
      member: `serviceAccount:${PULL_EMAIL}`,
    });
    assert.deepEqual(inputsOf(run, IAM_MEMBER, "registry-operator-may-pull"), {
      serviceAccountId: `projects/my-project/serviceAccounts/${PULL_EMAIL}`,
      role: "roles/iam.serviceAccountTokenCreator",
      member: "user:operator@example.com",
    });
    assert.deepEqual(inputsOf(run, SERVICE, "registry-api-iam"), {
      project: "my-project",
      service: "iam.googleapis.com",
      disableOnDestroy: false,
    });
  });

  it("names the project for Google's provider, and takes nothing else from this machine", async () => {
    const run = await declared();
    await allRegistered();
    const inputs = inputsOf(run, PROVIDER, "registry-gcp") as Readonly<Record<string, unknown>>;
    assert.equal(inputs["project"], "my-project");
    assert.deepEqual(run.options.of("registry-gcp").ignoreChanges, ["region", "zone"]);
  });

  it("is the parent of all that it declares", async () => {
    const run = await declared();
    const urn = await urnOf(run.registry.access);
    await allRegistered();
    assert.ok(urn.includes(`${GAR}$${ACCESS}::registry-access`), urn);
  });

  it("pulls as the weaker account, and pushes as who is signed in", async () => {
    const { registry } = await declared();
    assert.deepEqual(await valueOf(pulumi.output(registry.accountInput)), {
      endpoint: SETTINGS.endpoint,
      push: { kind: "gar" },
      pull: { kind: "gar", serviceAccount: PULL_EMAIL },
    });
    await allRegistered();
  });

  it("does not know the weaker account in the first preview", async () => {
    const run = await declared({}, {}, { preview: true });
    assert.equal(await valueOf(pulumi.output(run.registry.accountInput)), undefined);
    await allRegistered();
    assert.deepEqual([...listed(run)].sort(), [...ALWAYS].sort());
  });

  it("keeps the repository when it is deleted, unless that is asked for", async () => {
    const keeping = await declared();
    await allRegistered();
    assert.deepEqual(keeping.options.of("registry-repository"), { retainOnDelete: true });
    const deleting = await declared(
      {},
      { retention: { ...ARGS.retention, deleteOnDestroy: true } },
    );
    await allRegistered();
    assert.deepEqual(deleting.options.of("registry-repository"), {});
  });

  it("leaves who may act as the pull account to whoever declared it first", async () => {
    const run = await declared();
    await allRegistered();
    assert.deepEqual(run.options.of("registry-operator-may-pull").ignoreChanges, ["member"]);
  });

  it("knows a service account that runs it", async () => {
    const run = await declared({}, {}, { google: { email: PUSH_EMAIL } });
    await allRegistered();
    const inputs = inputsOf(run, IAM_MEMBER, "registry-operator-may-pull");
    assert.equal(
      (inputs as Readonly<Record<string, unknown>>)["member"],
      `serviceAccount:${PUSH_EMAIL}`,
    );
  });

  it("goes on where Google does not say who runs it", async () => {
    const run = await declared({}, {}, { google: { email: new Error("no e-mail") } });
    await allRegistered();
    assert.ok(!listed(run).some((name) => name.endsWith("operator-may-pull")));
  });

  it("makes no account where one is given", async () => {
    const pullServiceAccount = "puller@other-project.iam.gserviceaccount.com";
    const run = await declared({ pullServiceAccount });
    const account = await valueOf(pulumi.output(run.registry.accountInput));
    await allRegistered();
    assert.deepEqual(account?.pull, SETTINGS.account.pull);
    assert.ok(!listed(run).some((name) => name.includes("pull")));
  });

  it("encrypts by a key of the user's, and switches scanning off", async () => {
    const kmsKey = "projects/my-project/locations/europe-west3/keyRings/r/cryptoKeys/k";
    const run = await declared({ kmsKey, scanning: "off" });
    await allRegistered();
    const inputs = inputsOf(run, REPOSITORY, "registry-repository");
    const { kmsKeyName, vulnerabilityScanningConfig } = inputs as Readonly<Record<string, unknown>>;
    assert.equal(kmsKeyName, kmsKey);
    assert.deepEqual(vulnerabilityScanningConfig, { enablementConfig: "DISABLED" });
  });

  it("serves the names of the former registry from a repository of the host's name", async () => {
    const endpoint = { server: "eu.gcr.io", insecure: false };
    const run = await declared({
      endpoint,
      account: { ...SETTINGS.account, endpoint },
      namespace: "my-project",
      location: "europe",
      repository: "eu.gcr.io",
    });
    await allRegistered();
    const inputs = inputsOf(run, REPOSITORY, "registry-repository");
    const { repositoryId, location } = inputs as Readonly<Record<string, unknown>>;
    assert.deepEqual([repositoryId, location], ["eu.gcr.io", "europe"]);
    assert.equal(run.registry.imageName("web"), "eu.gcr.io/my-project/web");
    const account = inputsOf(run, ACCOUNT, "registry-pull") as Readonly<Record<string, unknown>>;
    assert.match(String(account["accountId"]), /^eu-gcr-io-pull-[0-9a-f]{5}$/);
  });

  it("declares nothing of Google's, and asks nothing, where it manages nothing", async () => {
    const recorder = await recordResources(GAR_ANSWERS);
    const settings = { ...SETTINGS, manage: false };
    const registry = await declareRegistry("registry", settings, { ...ARGS, github: shop() });
    const account = await valueOf(pulumi.output(registry.accountInput));
    await allRegistered();
    assert.deepEqual(
      recorder.registrations.map(({ name }) => name),
      ["registry", "registry-access"],
    );
    assert.deepEqual(account, SETTINGS.account);
    assert.deepEqual(registry.actionsVariables, {});
  });
});

describe("GarRegistry's caches", () => {
  const cache = [{ upstream: "docker.io" }, { upstream: "quay.io" }];

  it("are a repository an upstream, and one address for all", async () => {
    const run = await declared({ cache });
    await allRegistered();
    assert.deepEqual(
      [...listed(run)].sort(),
      [
        ...ALWAYS,
        `${REPOSITORY} registry-all`,
        `${REPOSITORY} registry-cache-docker.io`,
        `${REPOSITORY} registry-cache-quay.io`,
        `${REPOSITORY_MEMBER} registry-pull-reader-1`,
        `${REPOSITORY_MEMBER} registry-pull-reader-2`,
        `${REPOSITORY_MEMBER} registry-pull-reader-3`,
      ].sort(),
    );
    assert.deepEqual(inputsOf(run, REPOSITORY, "registry-cache-quay.io"), {
      project: "my-project",
      location: "europe-west3",
      repositoryId: "bot-core-cache-quay-io",
      description: "Copies of quay.io",
      format: "DOCKER",
      mode: "REMOTE_REPOSITORY",
      remoteRepositoryConfig: {
        description: "quay.io",
        commonRepository: { uri: "https://quay.io" },
      },
    });
  });

  it("never win over an image of ours", async () => {
    const run = await declared({ cache });
    await allRegistered();
    const { mode, virtualRepositoryConfig } = inputsOf(run, REPOSITORY, "registry-all") as Readonly<
      Record<string, unknown>
    >;
    assert.equal(mode, "VIRTUAL_REPOSITORY");
    assert.deepEqual(virtualRepositoryConfig, {
      upstreamPolicies: [
        { id: "own", priority: 100, repository: "registry-repository-id" },
        { id: "bot-core-cache-docker-io", priority: 99, repository: "registry-cache-docker.io-id" },
        { id: "bot-core-cache-quay-io", priority: 98, repository: "registry-cache-quay.io-id" },
      ],
    });
  });
});
