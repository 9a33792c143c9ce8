import assert from "node:assert/strict";
import { assertIncludes, MINIMAL, parse, parseWith } from "./support";

describe("parseSettings: defaults", () => {
  it("fill in everything that the least configuration leaves out", () => {
    const endpoint = { server: "registry.example.com", insecure: false };
    const docker = { kind: "docker" };
    assert.deepEqual(parse(MINIMAL), {
      registry: {
        kind: "private",
        account: { endpoint, push: docker, pull: docker },
        endpoint,
        lookUp: docker,
        namespace: "",
        separator: "/",
        manage: true,
      },
      release: {
        version: "v1.0.0",
        composeFiles: ["docker-compose.prod.yml"],
        environment: {},
        secretNames: [],
      },
      build: {
        platforms: ["linux/amd64", "linux/arm64"],
        builders: {},
        mode: "missing",
        cache: "none",
        push: true,
        index: true,
      },
      supplyChain: {
        scan: { kind: "on", severities: ["HIGH", "CRITICAL"], ignoreUnfixed: true },
        sbom: true,
        sign: { kind: "off" },
        verify: { kind: "off" },
      },
      host: {
        kind: "compose",
        target: {
          address: "unix:///var/run/docker.sock",
          engine: "compose",
          project: "bot-core",
        },
        envFiles: [],
        switchImage:
          "docker.io/library/haproxy:3.0-alpine@sha256:7c8dac975b9def049d6585b7efe865486acaa7b6ec5e74eec45f08fde8bb2ad4",
      },
      rollout: { drainSeconds: 30, soakSeconds: 5, keepReleases: 5, allowVolumeOverlap: false },
      retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
      github: { kind: "off" },
    });
  });

  it("count an empty value as unset, because Pulumi.yaml's defaults are empty", () => {
    const settings = parseWith({ version: "", push: "" }, [], { VERSION: "v2.0.0" });
    assert.equal(settings.release.version, "v2.0.0");
    assert.equal(settings.build.push, true);
  });

  it("are frozen at every depth", () => {
    const settings = parseWith({ environment: { A: "1" } });
    for (const part of [
      settings,
      settings.registry.account.endpoint,
      settings.release.environment,
      settings.build.platforms,
      settings.rollout,
    ]) {
      assert.ok(Object.isFrozen(part));
    }
  });
});

describe("parseSettings: accepted", () => {
  const accepted: readonly (readonly [string, Parameters<typeof parseWith>, object])[] = [
    [
      "a version that is a branch",
      [{ version: "feat-x_1.2" }],
      { release: { version: "feat-x_1.2" } },
    ],
    [
      "a version of 128 letters",
      [{ version: "v".repeat(128) }],
      { release: { version: "v".repeat(128) } },
    ],
    [
      "a version from VERSION",
      [{ version: undefined }, [], { VERSION: "v3" }],
      { release: { version: "v3" } },
    ],
    ["config before VERSION", [{}, [], { VERSION: "v3" }], { release: { version: "v1.0.0" } }],
    ["GIT_SHA", [{}, [], { GIT_SHA: "0123abc" }], { release: { gitSha: "0123abc" } }],
    [
      "Compose files in order",
      [{ composeFiles: ["a.yml", "deploy/b.yml", "./c.yml"] }],
      { release: { composeFiles: ["a.yml", "deploy/b.yml", "./c.yml"] } },
    ],
    [
      "some services",
      [{ services: ["web", "api_2"] }],
      { release: { services: ["web", "api_2"] } },
    ],
    [
      "variables as text, numbers and booleans",
      [{ environment: { A: "x", B: 8080, C: false } }],
      { release: { environment: { A: "x", B: "8080", C: "false" }, secretNames: [] } },
    ],
    [
      "secret variables, marked",
      [{ environment: { B: "2", A: "1" } }, ["environment"]],
      { release: { environment: { A: "1", B: "2" }, secretNames: ["A", "B"] } },
    ],
    ["platforms", [{ platforms: ["linux/arm/v7"] }], { build: { platforms: ["linux/arm/v7"] } }],
    [
      "a builder of a platform",
      [{ builders: { "linux/arm64": "ssh://me@builder:2222" } }],
      { build: { builders: { "linux/arm64": "ssh://me@builder:2222" } } },
    ],
    ["build: never", [{ build: "never" }], { build: { mode: "never" } }],
    [
      "booleans as text",
      [{ index: "true", rollout: { allowVolumeOverlap: "true" } }],
      {
        build: { index: true },
        rollout: { allowVolumeOverlap: true },
      },
    ],
    [
      "no push: no index and no host",
      [{ push: "false" }],
      {
        build: { push: false, index: false },
        host: { kind: "off" },
      },
    ],
    [
      "no index: no host",
      [{ index: false, host: undefined }],
      {
        build: { push: true, index: false },
        host: { kind: "off" },
      },
    ],
    [
      "features switched off",
      [{ scan: false, sbom: "false", sign: false, verify: false, github: false }],
      { supplyChain: { scan: { kind: "off" }, sign: { kind: "off" } }, github: { kind: "off" } },
    ],
    ["no host", [{ host: false }], { host: { kind: "off" } }],
    [
      "a host over ssh",
      [{ host: { address: "ssh://deploy@host.example.com:22", project: "shop-1" } }],
      {
        host: {
          target: {
            address: "ssh://deploy@host.example.com:22",
            engine: "compose",
            project: "shop-1",
          },
        },
      },
    ],
    [
      "a host at an IPv6 address",
      [{ host: { address: "ssh://[::1]:2222" } }],
      {
        host: { target: { address: "ssh://[::1]:2222" } },
      },
    ],
    [
      "a docker context",
      [{ host: { address: "prod.context", envFiles: ["prod.env"] } }],
      {
        host: { target: { address: "prod.context" }, envFiles: ["prod.env"] },
      },
    ],
    [
      "a switch image by tag",
      [{ switchImage: "localhost:5005/mirror/haproxy:3.0" }],
      {
        host: { switchImage: "localhost:5005/mirror/haproxy:3.0" },
      },
    ],
    [
      "numbers as text",
      [{ rollout: { drainSeconds: "0", timeoutSeconds: "90" } }],
      {
        rollout: { drainSeconds: 0, soakSeconds: 5, timeoutSeconds: 90 },
      },
    ],
    [
      "retention",
      [{ retention: { keepVersions: 3, deleteOnDestroy: true } }],
      {
        retention: { keepVersions: 3, untaggedDays: 14, deleteOnDestroy: true },
      },
    ],
  ];
  for (const [name, args, expected] of accepted) {
    it(name, () => {
      assertIncludes(parseWith(...args), expected);
    });
  }
});
