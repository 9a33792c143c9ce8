import assert from "node:assert/strict";
import { detectKind, splitReference, type RegistryKind } from "../../../../lib/registries/detect";

const kinds: readonly (readonly [RegistryKind, readonly string[]])[] = [
  [
    "ecr",
    [
      "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
      "123456789012.dkr.ecr.eu-central-1.amazonaws.com:443/bot-core",
      "https://123456789012.dkr.ecr.us-gov-west-1.amazonaws.com",
      "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/a/b",
      "123456789012.dkr-ecr.eu-central-1.on.aws",
      "123456789012.dkr-ecr-fips.us-west-2.on.aws",
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
      "123456789012.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn",
      "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
      "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov",
      "123456789012.DKR.ECR.EU-CENTRAL-1.AMAZONAWS.COM",
    ],
  ],
  [
    "gar",
    [
      "europe-west3-docker.pkg.dev/p/r",
      "us-docker.pkg.dev",
      "https://asia-docker.pkg.dev/p",
      "gcr.io/p",
      "us.gcr.io",
      "eu.gcr.io/example.com/p",
      "asia.gcr.io:443",
    ],
  ],
  [
    "acr",
    [
      "myregistry.azurecr.io",
      "MyRegistry.azurecr.io/x",
      "myregistry-a1b2c3d4e5f6a7b8.azurecr.io",
      "myregistry.azurecr.cn",
      "myregistry.azurecr.us:443",
    ],
  ],
  ["ghcr", ["ghcr.io", "ghcr.io/owner/bot-core", "https://ghcr.io/", "GHCR.IO/Owner"]],
  [
    "dockerhub",
    [
      "docker.io",
      "docker.io/owner",
      "index.docker.io",
      "https://index.docker.io/v1/",
      "registry-1.docker.io/owner",
      "registry.hub.docker.com/owner",
      "owner",
      "owner/shop",
    ],
  ],
  [
    "private",
    [
      "localhost/x",
      "LOCALHOST/x",
      "localhost:5000/x",
      "http://localhost:5000",
      "https://registry/x",
      "registry:5000",
      "127.0.0.1:5005/x",
      "[::1]:5000/x",
      "[2001:db8::1]/x",
      "::1",
      "registry.example.com",
      "quay.io/owner",
      "public.ecr.aws/alias",
      // Somebody's own servers that only look like a cloud's.
      "ghcr.io:5000",
      "ghcr.io.example.com",
      "my-ghcr.io",
      "mygcr.io",
      "k8s.gcr.io",
      "azurecr.io",
      "a.b.azurecr.io",
      "docker.pkg.dev",
      "docker.io.example.com",
      "12345.dkr.ecr.eu-central-1.amazonaws.com",
      "123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.com",
      "x123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    ],
  ],
];

describe("detectKind", () => {
  for (const [kind, references] of kinds) {
    for (const reference of references) {
      it(`${reference} is ${kind}`, () => {
        assert.equal(detectKind(reference), kind);
      });
    }
  }
});

describe("splitReference", () => {
  const cases: readonly (readonly [string, Partial<ReturnType<typeof splitReference>>])[] = [
    ["localhost:5005/a/b/", { server: "localhost:5005", path: "a/b", hasScheme: false }],
    ["R.example.com:443/A", { server: "R.example.com:443", host: "r.example.com", path: "A" }],
    ["r.example.com", { server: "r.example.com", path: "" }],
    ["owner/shop", { server: "docker.io", host: "docker.io", path: "owner/shop" }],
    ["https://registry/x", { server: "registry", path: "x", hasScheme: true }],
    ["[::1]:443", { server: "[::1]:443", host: "[::1]", path: "" }],
  ];
  for (const [reference, expected] of cases) {
    it(`takes ${reference} apart`, () => {
      const actual = splitReference(reference);
      assert.deepEqual({ ...actual, ...expected }, actual);
    });
  }
});
