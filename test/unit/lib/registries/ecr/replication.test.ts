import assert from "node:assert/strict";
import {
  keyIn,
  pullEndpointOf,
  pullSourceOf,
  replicaServers,
  replicationRules,
  type ReplicationRule,
} from "../../../../../lib/registries/ecr/replication";
import { enhancedScanning } from "../../../../../lib/registries/ecr/scanning";
import { ACCOUNT, COPY, REGION, settingsWith } from "../../../components/registry/ecrSupport";

const SETTINGS = settingsWith({ replicas: ["us-east-1", COPY] });
const PATHS = ["bot-core/web", "bot-core/api"];
const OURS: ReplicationRule = {
  destinations: [
    { region: COPY, registryId: ACCOUNT },
    { region: "us-east-1", registryId: ACCOUNT },
  ],
  repositoryFilters: [{ filter: "bot-core/", filterType: "PREFIX_MATCH" }],
};

function rule(region: string, ...filters: string[]): ReplicationRule {
  return {
    destinations: [{ region, registryId: ACCOUNT }],
    repositoryFilters: filters.map((filter) => ({ filter, filterType: "PREFIX_MATCH" })),
  };
}

describe("replicationRules", () => {
  it("copies the namespace to every replica", () => {
    assert.deepEqual(replicationRules([], SETTINGS, PATHS), [OURS]);
  });

  it("keeps the rules of others, and takes its own place again", () => {
    const everything = rule("us-west-2");
    const other = rule("us-west-2", "other/", "bot-core/");
    const stale = rule("ap-south-1", "bot-core/");
    const rules = replicationRules([everything, stale, other], SETTINGS, PATHS);
    assert.deepEqual(rules, [everything, other, OURS]);
    assert.deepEqual(replicationRules(rules, SETTINGS, PATHS), rules);
  });

  it("names each repository where there is no namespace", () => {
    const [only] = replicationRules([], { ...SETTINGS, namespace: "" }, ["web", "api"]);
    assert.deepEqual(
      only?.repositoryFilters.map(({ filter }) => filter),
      ["api", "web"],
    );
  });

  it("refuses an eleventh rule", () => {
    const others = Array.from({ length: 10 }, (_, at) => rule("us-west-2", `other${at}/`));
    assert.throws(() => replicationRules(others, SETTINGS, PATHS), {
      code: "ecr-replication-full",
      message: /`registry.replicas`: the registry has 10 replication rules of others already/,
    });
  });
});

describe("where the host pulls from", () => {
  it("is the registry itself, or a copy by a login of its own region", () => {
    assert.equal(pullEndpointOf(SETTINGS), SETTINGS.endpoint);
    const there = { ...SETTINGS, pullFrom: COPY, profile: "shop" };
    assert.deepEqual(pullEndpointOf(there), {
      server: `${ACCOUNT}.dkr.ecr.${COPY}.amazonaws.com`,
      insecure: false,
      copy: true,
    });
    assert.deepEqual(pullSourceOf(there, "arn:role"), {
      here: { kind: "ecr", region: REGION, profile: "shop", roleArn: "arn:role" },
      there: { kind: "ecr", region: COPY, profile: "shop", roleArn: "arn:role" },
    });
  });

  it("is in the partition's own domain", () => {
    assert.deepEqual(replicaServers({ ...SETTINGS, replicas: ["cn-north-1"] }), {
      "cn-north-1": `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`,
    });
  });
});

describe("keyIn", () => {
  const key = (id: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
  const multi = key(`mrk-${"a".repeat(32)}`);
  const single = key("11112222-3333-4444-5555-666677778888");

  it("is the same id in every region for a multi-Region key", () => {
    assert.equal(keyIn({ ...SETTINGS, kmsKey: multi }, COPY), multi.replace(REGION, COPY));
    assert.equal(keyIn({ ...SETTINGS, kmsKey: single }, REGION), single);
    assert.equal(keyIn(SETTINGS, COPY), undefined);
  });

  it("refuses a key of one region for a copy elsewhere", () => {
    assert.throws(() => keyIn({ ...SETTINGS, kmsKey: single }, COPY), {
      code: "ecr-key-region",
      message:
        /a key of eu-central-1 alone, and `registry.replicas` has eu-west-1: give a multi-Reg/,
    });
  });
});

describe("enhancedScanning", () => {
  const wildcard = (filter: string) => ({ filter, filterType: "WILDCARD" });
  const ours = { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [wildcard("bot-core/*")] };

  it("scans the namespace again and again", () => {
    const none = { scanType: "BASIC", rules: [] };
    assert.deepEqual(enhancedScanning(none, SETTINGS, PATHS), {
      scanType: "ENHANCED",
      rules: [ours],
    });
  });

  it("keeps what others scan, one rule a frequency, and finds nothing to change the next time", () => {
    const existing = {
      scanType: "BASIC",
      rules: [
        {
          scanFrequency: "SCAN_ON_PUSH",
          repositoryFilters: [wildcard("other*"), wildcard("bot-core/*")],
        },
        { scanFrequency: "MANUAL", repositoryFilters: [wildcard("*")] },
      ],
    };
    const scanning = enhancedScanning(existing, SETTINGS, PATHS);
    assert.deepEqual(scanning, {
      scanType: "ENHANCED",
      rules: [ours, { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [wildcard("other*")] }],
    });
    assert.deepEqual(enhancedScanning(scanning, SETTINGS, PATHS), scanning);
  });
});
