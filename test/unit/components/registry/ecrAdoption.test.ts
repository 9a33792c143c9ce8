import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { declare } from "../../../../components/registry/ecr";
import { lifecycleRules } from "../../../../lib/registries/ecr/lifecycle";
import type { EcrSettings } from "../../../../lib/settings/registrySettings";
import type { RegistryArgs } from "../../../../components/registry/contract";
import { allRegistered, recordResources, type Calls } from "../../support/mocks";
import { recordOptions, type RegisteredOptions } from "../../support/options";
import {
  ANSWERS,
  ARGS,
  EMPTY_ACCOUNT,
  LIFECYCLE,
  REGION,
  REPOSITORY,
  settingsWith,
} from "./ecrSupport";

const LEFT_ALONE = ["encryptionConfigurations", "tags"];
const MAY_DIFFER = [
  ...LEFT_ALONE,
  "forceDelete",
  "imageScanningConfiguration",
  "imageTagMutability",
  "imageTagMutabilityExclusionFilters",
].sort();
const TAGS: Readonly<Record<string, readonly string[]>> = {
  "bot-core/web": ["v1.2.3", "v1.2", "v1", "v0.9.0", "v0.9", "latest", "pb-abc-amd64"],
};

/** An account with web's repository and somebody else's. */
function account(mutability: string): Calls {
  return {
    ...EMPTY_ACCOUNT,
    "aws:ecr/getRepositories:getRepositories": () => ({
      id: REGION,
      region: REGION,
      names: ["bot-core/web", "other/web"],
    }),
    "aws:ecr/getRepository:getRepository": ({ name }) => {
      assert.equal(name, "bot-core/web");
      return {
        imageTagMutability: mutability,
        encryptionConfigurations: [{ encryptionType: "AES256", kmsKey: "" }],
      };
    },
  };
}

describe("EcrRegistry where a repository exists", () => {
  let registry: Server;
  let settings: EcrSettings;
  let server: string;

  before(async () => {
    registry = createServer((request, response) => {
      const [, path = ""] = /^\/v2\/(.+)\/tags\/list/.exec(request.url ?? "") ?? [];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ name: path, tags: TAGS[path] ?? [] }));
    });
    await new Promise<void>((listening) => registry.listen(0, "127.0.0.1", listening));
    // Node answers so for a server that listens on a port.
    server = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const endpoint = { server, insecure: true };
    const anonymous = { kind: "anonymous" } as const;
    settings = settingsWith({ endpoint, lookUp: anonymous });
  });

  after(() => new Promise((closed) => registry.close(closed)));

  async function options(
    mutability: string,
    changes: Partial<RegistryArgs>,
  ): Promise<RegisteredOptions | undefined> {
    await recordResources(ANSWERS, { calls: account(mutability) });
    const seen = recordOptions();
    await declare("registry", settings, { ...ARGS, ...changes });
    await allRegistered();
    assert.equal(seen.get(`${REPOSITORY} registry-api`)?.import, undefined);
    const { parent, provider, ...own } = seen.get(`${REPOSITORY} registry-web`) ?? {};
    assert.ok(parent !== undefined && provider !== undefined);
    return own;
  }

  it("adopts it as it is, whatever its settings are", async () => {
    assert.deepEqual(await options("MUTABLE", {}), {
      import: "bot-core/web",
      ignoreChanges: MAY_DIFFER,
      retainOnDelete: true,
    });
  });

  it("brings its own settings in the run after, whose record holds it", async () => {
    const recorded = [`${server}/bot-core/web`];
    assert.deepEqual(await options("MUTABLE", { recorded, publishes: false }), {
      import: "bot-core/web",
      ignoreChanges: LEFT_ALONE,
      retainOnDelete: true,
    });
  });

  it("does not touch the filters in a run that moves no tag: a rollback, another branch", async () => {
    const recorded = [`${server}/bot-core/web`];
    const found = await options("IMMUTABLE_WITH_EXCLUSION", { recorded, publishes: false });
    assert.deepEqual(
      found?.ignoreChanges,
      ["imageTagMutabilityExclusionFilters", ...LEFT_ALONE].sort(),
    );
    const published = await options("IMMUTABLE_WITH_EXCLUSION", { recorded });
    assert.deepEqual(published?.ignoreChanges, LEFT_ALONE);
  });

  it("keeps the lines that stand in it, with those to come, and what ran before", async () => {
    const recorder = await recordResources(ANSWERS, { calls: account("MUTABLE") });
    await declare("registry", settings, { ...ARGS, version: "v1.3.0", previousVersion: "v1.2.3" });
    await allRegistered();
    const found = recorder.registrations.find(
      ({ type, name }) => type === LIFECYCLE && name === "registry-web-retention",
    );
    const { policy } = found?.inputs as { policy: string };
    const tags = ["v1.3", "v1.2", "v1", "v0.9"];
    const versions = ["v1.3.0", "v1.2.3"];
    const { retention } = ARGS;
    assert.deepEqual(
      (JSON.parse(policy) as { rules: unknown }).rules,
      lifecycleRules({ retention, platforms: 2, versions, tags }),
    );
  });

  it("finds the same policy in the run after a release as in the release itself", async () => {
    const policies: unknown[] = [];
    for (const args of [ARGS, { ...ARGS, publishes: false }]) {
      const recorder = await recordResources(ANSWERS, { calls: account("MUTABLE") });
      await declare("registry", settings, args);
      await allRegistered();
      const isWebs = (one: { name: string }): boolean => one.name === "registry-web-retention";
      policies.push(recorder.registrations.find(isWebs)?.inputs);
    }
    assert.deepEqual(policies[0], policies[1]);
  });
});
