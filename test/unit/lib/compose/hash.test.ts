import assert from "node:assert/strict";
import fc from "fast-check";
import { specHash } from "../../../../lib/compose/hash";
import type { JsonObject, ServiceModel } from "../../../../lib/compose/model";
import { modelWith, serviceWith } from "./builders";

const DIGEST = `sha256:${"a".repeat(64)}`;
const WEB: JsonObject = {
  image: "web:1",
  environment: { A: "1", B: "2" },
  networks: { front: null },
  volumes: [{ type: "volume", source: "data", target: "/data" }],
  deploy: { replicas: 2, update_config: { order: "start-first" } },
};
const MODEL = modelWith(
  { web: WEB },
  { networks: { front: { name: "p_front" } }, volumes: { data: { name: "p_data" } } },
);

function hashOf(change: JsonObject, rest: Partial<ServiceModel> = {}): string {
  return specHash({ ...serviceWith({ ...WEB, ...change }), ...rest }, MODEL, DIGEST);
}

describe("specHash", () => {
  it("is 64 hex characters", () => {
    assert.match(hashOf({}), /^[0-9a-f]{64}$/);
  });

  const uncounted: [string, JsonObject][] = [
    ["labels", { labels: { "com.bot-core.version": "v2" } }],
    ["annotations", { annotations: { a: "b" } }],
    ["the image's reference, as its digest counts", { image: "web:2" }],
    ["depends_on", { depends_on: { db: { condition: "service_healthy", required: true } } }],
    ["pull_policy", { pull_policy: "always" }],
    ["profiles", { profiles: ["a"] }],
    ["extensions", { "x-hold": true }],
    [
      "deploy.labels and update_config",
      { deploy: { replicas: 2, labels: { a: "b" }, update_config: { order: "stop-first" } } },
    ],
  ];
  for (const [title, change] of uncounted) {
    it(`does not count ${title}`, () => {
      assert.equal(hashOf(change), hashOf({}));
    });
  }

  const counted: [string, JsonObject][] = [
    ["environment", { environment: { A: "1", B: "3" } }],
    ["command", { command: ["serve"] }],
    ["replicas", { deploy: { replicas: 3 } }],
    ["ports", { ports: [{ target: 80, published: "80", protocol: "tcp" }] }],
    ["health check", { healthcheck: { test: ["CMD", "x"] } }],
  ];
  for (const [title, change] of counted) {
    it(`counts ${title}`, () => {
      assert.notEqual(hashOf(change), hashOf({}));
    });
  }

  it("counts the image's digest and the contents", () => {
    const other = specHash(serviceWith(WEB), MODEL, `sha256:${"b".repeat(64)}`);
    assert.notEqual(other, hashOf({}));
    assert.notEqual(hashOf({}, { contents: { "config:nginx": "0" } }), hashOf({}));
  });

  it("counts the networks and volumes that the service names, and no others", () => {
    const service = serviceWith(WEB);
    const renamed = { ...MODEL, networks: { front: { name: "q_front" } } };
    const more = { ...MODEL, networks: { ...MODEL.networks, back: { name: "p_back" } } };
    assert.notEqual(specHash(service, renamed, DIGEST), hashOf({}));
    assert.equal(specHash(service, more, DIGEST), hashOf({}));
  });

  it("does not depend on the order of keys, nor on labels, whatever they are", () => {
    const labels = fc.dictionary(fc.string(), fc.string());
    const environment = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(labels, environment, (given, variables) => {
        const turned = Object.fromEntries(Object.entries(variables).reverse());
        const one = hashOf({ labels: given, environment: variables });
        assert.equal(one, hashOf({ environment: turned }));
      }),
    );
  });
});
