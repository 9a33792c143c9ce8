import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cachePath,
  cacheRuleName,
  identityName,
  registryId,
  replicationId,
  roleAssignmentName,
  subscriptionOf,
  uuid5,
} from "../../../../../lib/registries/acr/names";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const PLACE = { subscriptionId: SUBSCRIPTION, resourceGroup: "shop-rg", name: "shopregistry" };
const ID =
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop-rg` +
  "/providers/Microsoft.ContainerRegistry/registries/shopregistry";

describe("names of Azure Container Registry", () => {
  it("are resource ids, by which `pulumi import` knows things", () => {
    assert.equal(registryId(PLACE), ID);
    assert.equal(replicationId(PLACE, "northeurope"), `${ID}/replications/northeurope`);
    assert.equal(identityName("shopregistry", "push"), "shopregistry-push");
  });

  it("give the subscription back", () => {
    assert.equal(subscriptionOf(ID), SUBSCRIPTION);
    assert.equal(subscriptionOf(ID.replace("/subscriptions/", "/SUBSCRIPTIONS/")), SUBSCRIPTION);
    assert.equal(subscriptionOf("registry-id"), undefined);
  });

  it("of cache rules are legal for every upstream", () => {
    assert.equal(cacheRuleName("docker.io"), "cache-docker-io");
    assert.equal(cachePath("docker.io"), "docker-io");
    const hosts = fc.stringMatching(/^([a-z0-9][a-z0-9-]{0,30}\.){1,4}[a-z]{2,8}$/);
    fc.assert(
      fc.property(hosts, (upstream) => {
        assert.match(cacheRuleName(upstream), /^[a-z0-9][a-z0-9-]{3,48}[a-z0-9]$/);
        assert.match(cachePath(upstream), /^[a-z0-9]+(-[a-z0-9]+)*$/);
      }),
    );
  });
});

describe("roleAssignmentName", () => {
  it("is the same for the same thing, on every machine", () => {
    const name = roleAssignmentName("shopregistry", "shopregistry-push", "push");
    assert.equal(name, "780564c4-7657-584b-ac4d-68f4736a7b81");
    assert.equal(roleAssignmentName("ShopRegistry", "shopregistry-push", "push"), name);
  });

  it("is another for another registry, identity or role", () => {
    const names = [
      ["a", "b", "push"],
      ["a", "b", "pull"],
      ["a", "c", "push"],
      ["ab", "", "push"],
    ].map(([registry = "", identity = "", role = ""]) =>
      roleAssignmentName(registry, identity, role),
    );
    assert.equal(new Set(names).size, names.length);
  });

  it("is a UUID of version 5", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (registry, identity) => {
        assert.match(
          roleAssignmentName(registry, identity, "push"),
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it("is made as RFC 9562 has it", () => {
    // Appendix A.4: www.example.com in the namespace of domain names.
    const dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    assert.equal(uuid5(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });
});
