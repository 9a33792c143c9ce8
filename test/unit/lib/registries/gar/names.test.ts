import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cacheRepositoryId,
  poolId,
  poolName,
  poolProviderId,
  poolProviderName,
  repositoryName,
  serviceAccountId,
  virtualRepositoryId,
} from "../../../../../lib/registries/gar/names";

const PLACE = { project: "my-project", location: "europe-west3", repository: "bot-core" };

/** What Google allows as a repository's id, and the hosts of the former Container Registry. */
const repositories = fc.oneof(
  fc.stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/),
  fc.constantFrom("gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"),
);
const places = fc.record({
  project: fc.constant("my-project"),
  location: fc.constantFrom("us", "europe", "europe-west3", "northamerica-northeast1"),
  repository: repositories,
});
const hosts = fc.stringMatching(/^([a-z0-9][a-z0-9-]{0,30}\.){1,3}[a-z]{2,8}$/);

describe("names of Artifact Registry", () => {
  it("are the ones that the API and `pulumi import` use", () => {
    assert.equal(
      repositoryName(PLACE),
      "projects/my-project/locations/europe-west3/repositories/bot-core",
    );
    assert.equal(
      poolName("my-project", "p"),
      "projects/my-project/locations/global/workloadIdentityPools/p",
    );
    assert.equal(
      poolProviderName("my-project", "p", "q"),
      "projects/my-project/locations/global/workloadIdentityPools/p/providers/q",
    );
  });

  it("stay what they are: another name would be another thing", () => {
    assert.equal(serviceAccountId(PLACE, "push"), "bot-core-push-4e8ed");
    assert.equal(serviceAccountId(PLACE, "pull"), "bot-core-pull-4e8ed");
    assert.equal(poolId(PLACE), "github-bot-core-4e8ed");
    assert.equal(poolProviderId(821093847), "github-821093847");
    assert.equal(cacheRepositoryId("bot-core", "docker.io"), "bot-core-cache-docker-io");
    assert.equal(virtualRepositoryId("eu.gcr.io"), "eu-gcr-io-all");
  });

  it("are legal for every repository", () => {
    fc.assert(
      fc.property(places, hosts, (place, upstream) => {
        assert.match(serviceAccountId(place, "push"), /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
        assert.match(poolId(place), /^(?!gcp-)[a-z0-9-]{4,32}$/);
        assert.match(
          cacheRepositoryId(place.repository, upstream),
          /^[a-z]([a-z0-9-]{0,61}[a-z0-9])$/,
        );
        assert.match(virtualRepositoryId(place.repository), /^[a-z]([a-z0-9-]{0,61}[a-z0-9])$/);
      }),
    );
  });

  it("are never shared by two repositories of one project", () => {
    const named = ["us", "europe"].flatMap((location) =>
      ["a".repeat(40), "a".repeat(41), "gcr-io", "gcr.io"].map((repository) => ({
        ...PLACE,
        location,
        repository,
      })),
    );
    const ids = named.flatMap((place) => [
      serviceAccountId(place, "push"),
      serviceAccountId(place, "pull"),
      poolId(place),
    ]);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("keep upstreams apart where they have to be cut", () => {
    const long = (first: string): string => `${first}.${"registry.".repeat(6)}example.com`;
    const ids = ["a", "b"].map((first) => cacheRepositoryId("r".repeat(63), long(first)));
    assert.equal(new Set(ids).size, 2);
    assert.ok(ids.every((id) => id.length <= 63));
  });
});
