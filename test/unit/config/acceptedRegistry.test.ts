import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assertIncludes, parseWith } from "./support";

const CERTIFICATE = readFileSync(join(__dirname, "ca.pem"), "utf8");

describe("parseSettings: accepted registries", () => {
  const accepted: readonly (readonly [string, Parameters<typeof parseWith>, object])[] = [
    [
      "plain HTTP on localhost",
      [{ registry: { server: "localhost:5005", insecure: true } }],
      {
        registry: { endpoint: { server: "localhost:5005", insecure: true } },
      },
    ],
    [
      "plain HTTP on 127.0.0.0/8",
      [{ registry: { server: "127.1.2.3:80", insecure: true } }],
      { registry: { endpoint: { server: "127.1.2.3:80", insecure: true } } },
    ],
    [
      "plain HTTP on [::1]",
      [{ registry: { server: "[::1]:5000", insecure: true } }],
      { registry: { endpoint: { server: "[::1]:5000", insecure: true } } },
    ],
    [
      "a namespace of several parts",
      [{ registry: { server: "r.example.com", namespace: "a/b-c/d.e" } }],
      {
        registry: { namespace: "a/b-c/d.e" },
      },
    ],
    [
      "a certificate authority",
      [{ registry: { server: "r.example.com", caCert: CERTIFICATE } }],
      {
        registry: { endpoint: { caCert: CERTIFICATE } },
      },
    ],
    [
      "a registry that is used as it is",
      [{ registry: { server: "r.example.com", manage: false } }],
      {
        registry: { manage: false },
      },
    ],
    [
      "credentials of stack config",
      [{ registry: { server: "r.example.com", username: "u", password: "p" } }, ["registry"]],
      {
        registry: {
          account: {
            push: { kind: "inline", username: "u", password: "p" },
            pull: { kind: "inline", username: "u", password: "p" },
          },
        },
      },
    ],
    [
      "credentials of the environment, by name alone",
      [
        {},
        [],
        {
          DOCKER_USERNAME: "u",
          DOCKER_PASSWORD: "p",
          DOCKER_PULL_USERNAME: "v",
          DOCKER_PULL_PASSWORD: "q",
        },
      ],
      {
        registry: {
          account: {
            push: {
              kind: "environment",
              usernameVariable: "DOCKER_USERNAME",
              passwordVariable: "DOCKER_PASSWORD",
            },
            pull: {
              kind: "environment",
              usernameVariable: "DOCKER_PULL_USERNAME",
              passwordVariable: "DOCKER_PULL_PASSWORD",
            },
          },
        },
      },
    ],
    [
      "config's credentials before the environment's",
      [
        { registry: { server: "r.example.com", pullUsername: "u", pullPassword: "p" } },
        ["registry"],
        { DOCKER_PULL_USERNAME: "v", DOCKER_PULL_PASSWORD: "q" },
      ],
      {
        registry: {
          account: {
            push: { kind: "docker" },
            pull: { kind: "inline", username: "u", password: "p" },
          },
        },
      },
    ],
    [
      "DOCKER_REGISTRY as server and namespace",
      [{ registry: undefined }, [], { DOCKER_REGISTRY: "localhost:5005/bot-core" }],
      { registry: { endpoint: { server: "localhost:5005" }, namespace: "bot-core" } },
    ],
    [
      "DOCKER_REGISTRY beside the rest of the object",
      [
        { registry: { insecure: true, namespace: "other" } },
        [],
        { DOCKER_REGISTRY: "localhost:5005/bot-core/" },
      ],
      { registry: { endpoint: { server: "localhost:5005", insecure: true }, namespace: "other" } },
    ],
    [
      "config's server before DOCKER_REGISTRY, with its namespace",
      [{}, [], { DOCKER_REGISTRY: "localhost:5005/bot-core" }],
      { registry: { endpoint: { server: "registry.example.com" }, namespace: "" } },
    ],
    [
      "the provider found by DOCKER_REGISTRY",
      [{ provider: undefined, registry: undefined }, [], { DOCKER_REGISTRY: "r.example.com/a" }],
      { registry: { kind: "private", endpoint: { server: "r.example.com" } } },
    ],
  ];
  for (const [name, args, expected] of accepted) {
    it(name, () => {
      assertIncludes(parseWith(...args), expected);
    });
  }
});
