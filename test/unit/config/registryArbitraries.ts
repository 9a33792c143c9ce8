import assert from "node:assert/strict";
import fc from "fast-check";
import type { RegistrySettings } from "../../../lib/settings/settings";
import { HUB_SECRET, ROLE_ARN, SET_ID } from "./cloudNames";
import { findingsOf, parseWith } from "./support";

type Registry = Readonly<Record<string, unknown>>;

/** Legal objects of one provider, and what their settings have to say. */
interface Legal {
  readonly registry: fc.Arbitrary<Registry>;
  readonly check: (settings: RegistrySettings, registry: Registry) => void;
  /** What DOCKER_REGISTRY cannot say. */
  readonly beside?: object;
}

const REGIONS = ["eu-central-1", "us-east-1", "ap-southeast-7", "mx-central-1", "il-central-1"];
const GOOGLE_LOCATIONS = ["us", "europe", "asia", "europe-west3", "northamerica-northeast2"];
const AZURE_LOCATIONS = ["westeurope", "eastus2", "uaenorth"];

const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}$/);
const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const some = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Keys that are there or not. */
function record(
  required: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Registry> {
  const others = fc.record({ ...optional, manage: fc.boolean() }, { requiredKeys: [] });
  return fc.tuple(fc.record(required), others).map(([least, rest]) => ({ ...least, ...rest }));
}

/** User names with their passwords, each pair there or not. */
const logins = fc
  .record(
    {
      push: fc.tuple(fc.stringMatching(/^[!-9;-~]{1,12}$/), fc.stringMatching(/^[ -~]{1,20}$/)),
      pull: fc.tuple(fc.stringMatching(/^[!-9;-~]{1,12}$/), fc.stringMatching(/^[ -~]{1,20}$/)),
    },
    { requiredKeys: [] },
  )
  .map(({ push, pull }) => ({
    ...(push && { username: push[0], password: push[1] }),
    ...(pull && { pullUsername: pull[0], pullPassword: pull[1] }),
  }));

/** Every key of the object that the settings keep under the same name. */
function same(settings: RegistrySettings, registry: Registry, keys: readonly string[]): void {
  for (const key of [...keys, "manage"]) {
    if (registry[key] !== undefined) assert.deepEqual(Reflect.get(settings, key), registry[key]);
  }
}

function sameLogins({ account }: RegistrySettings, registry: Registry): void {
  const { username, password, pullUsername, pullPassword } = registry;
  const push = username === undefined ? { kind: "docker" } : { kind: "inline", username, password };
  const pull =
    pullUsername === undefined
      ? push
      : { kind: "inline", username: pullUsername, password: pullPassword };
  assert.deepEqual([account.push, account.pull], [push, pull]);
}

const ecr: Legal = {
  registry: fc.shuffledSubarray(REGIONS, { minLength: 2 }).chain(([region, ...replicas]) =>
    record(
      { region: fc.constant(region), accountId: fc.stringMatching(/^\d{12}$/) },
      {
        namespace: path.filter((value) => value.length > 1),
        profile: fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/),
        replicas: fc.constant(replicas),
        pullRoleArn: fc.constant(ROLE_ARN),
        scanning: some(["basic", "enhanced", "off"]),
        kmsKey: fc
          .tuple(fc.stringMatching(/^\d{12}$/), fc.uuid())
          .map(([account, id]) => `arn:aws:kms:${region}:${account}:key/${id}`),
        cache: some([[{ upstream: "quay.io" }], [{ upstream: "public.ecr.aws" }]]),
      },
    ),
  ),
  check: (settings, registry) => {
    const keys = ["region", "accountId", "namespace", "profile", "replicas", "pullRoleArn"];
    same(settings, registry, [...keys, "kmsKey", "scanning", "cache"]);
    const { accountId, region } = registry as { accountId: string; region: string };
    assert.equal(settings.endpoint.server, `${accountId}.dkr.ecr.${region}.amazonaws.com`);
  },
};

const project = fc.stringMatching(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
const google = {
  pullServiceAccount: project.map((id) => `puller@${id}.iam.gserviceaccount.com`),
  scanning: some(["inherited", "off"]),
  cache: some([[{ upstream: "quay.io", credential: HUB_SECRET, username: "u" }]]),
};

const gar: Legal = {
  registry: record(
    { project, location: some(GOOGLE_LOCATIONS) },
    { repository: fc.stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/), ...google },
  ),
  check: (settings, registry) => {
    const keys = ["project", "location", "repository", "pullServiceAccount", "scanning", "cache"];
    same(settings, registry, keys);
    const { repository = "bot-core" } = registry;
    assert.equal(settings.namespace, `${String(registry["project"])}/${String(repository)}`);
  },
};

const gcr: Legal = {
  registry: record(
    { project },
    { location: some(["us", "eu", "asia", "gcr.io", "eu.gcr.io"]), ...google },
  ),
  check: (settings, registry) => {
    same(settings, registry, ["project", "pullServiceAccount", "scanning", "cache"]);
    assert.equal(settings.namespace, registry["project"]);
  },
};

const acr: Legal = {
  registry: record(
    {
      resourceGroup: fc.stringMatching(/^[A-Za-z0-9_().-]{0,40}[A-Za-z0-9_()-]$/),
      name: fc.stringMatching(/^[A-Za-z0-9]{5,50}$/),
      sku: fc.constant("Premium"),
    },
    {
      namespace: fc.oneof(path, fc.constant("")),
      location: fc.constant("francecentral"),
      tenantId: fc.oneof(fc.uuid(), fc.constant("contoso.com")),
      replicas: fc.shuffledSubarray(AZURE_LOCATIONS, { minLength: 1 }),
      cache: some([[{ upstream: "docker.io", credential: SET_ID }]]),
    },
  ),
  check: (settings, registry) => {
    const keys = ["resourceGroup", "name", "sku", "namespace", "location", "tenantId", "replicas"];
    same(settings, registry, [...keys, "cache"]);
  },
  beside: { resourceGroup: "rg" },
};

/** With logins, which are the same everywhere. */
function withLogins(registry: fc.Arbitrary<Registry>): fc.Arbitrary<Registry> {
  return fc.tuple(registry, logins).map(([place, pairs]) => ({ ...place, ...pairs }));
}

const ghcr: Legal = {
  registry: withLogins(
    record(
      { owner: fc.stringMatching(/^[A-Za-z0-9]{1,10}(-[A-Za-z0-9]{1,9}){0,2}$/) },
      { repository: path },
    ),
  ),
  check: (settings, registry) => {
    same(settings, registry, ["repository"]);
    sameLogins(settings, registry);
    const { owner, repository = "bot-core" } = registry;
    assert.equal(settings.namespace, `${String(owner).toLowerCase()}/${String(repository)}`);
  },
};

const dockerhub: Legal = {
  registry: withLogins(
    record({ namespace: fc.stringMatching(/^[a-z0-9]{2,30}$/) }, { prefix: component }),
  ),
  check: (settings, registry) => {
    sameLogins(settings, registry);
    const { namespace, prefix } = registry;
    const parts = [namespace, prefix].filter((part) => typeof part === "string");
    assert.equal(settings.namespace, parts.join("/"));
    assert.equal(settings.separator, prefix === undefined ? "/" : "-");
  },
};

const privateRegistry: Legal = {
  registry: withLogins(
    record(
      { server: some(["r.example.com", "R.example.com:5000", "localhost:1", "[::1]:5000"]) },
      { namespace: path },
    ),
  ),
  check: (settings, registry) => {
    same(settings, registry, ["namespace"]);
    sameLogins(settings, registry);
    assert.equal(settings.endpoint.server, registry["server"]);
  },
};

export const LEGAL: Readonly<Record<string, Legal>> = {
  ...{ ecr, gar, gcr, acr, ghcr, dockerhub },
  private: privateRegistry,
};

/** The keys of a provider's `registry` object in the parser's own words; default: of all of them. */
export function findProviderKeys(...providers: readonly string[]): string[] {
  const names = providers.length === 0 ? Object.keys(LEGAL) : providers;
  const keys = names.flatMap((provider) => {
    const findings = findingsOf(() => parseWith({ provider, registry: { zzz: 1 } })).join("\n");
    return /registry\.zzz: unknown key; allowed: ([^;]+)/.exec(findings)?.[1]?.split(", ") ?? [];
  });
  assert.ok(keys.length > 4);
  return [...new Set(keys)];
}
