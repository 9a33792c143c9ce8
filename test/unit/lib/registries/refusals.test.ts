import assert from "node:assert/strict";
import type { Refusal } from "../../../../lib/oci/registryErrors";
import { explainRefusal, hidesUnborn, registryClient } from "../../../../lib/registries/refusals";
import { UserError } from "../../../../lib/errors";
import { FakeRegistry } from "../oci/fakeRegistry";

const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const GAR = "europe-west3-docker.pkg.dev";
const SERVERS = [
  ECR,
  GAR,
  "eu.gcr.io",
  "contoso.azurecr.io",
  "ghcr.io",
  "docker.io",
  "reg.example",
];

function mend(refusal: Pick<Refusal, "kind" | "server"> & Partial<Refusal>): string {
  const whole = {
    action: "push",
    repository: "bot/core/web",
    anonymous: false,
    detail: "",
  } as const;
  return explainRefusal({ ...whole, ...refusal }) ?? "";
}

describe("explainRefusal", () => {
  const rows: readonly (readonly [Parameters<typeof mend>[0], RegExp])[] = [
    [{ server: ECR, kind: "login" }, /`aws sso login`/],
    [{ server: ECR, kind: "right" }, /ecr:PutImage.*on the repository `bot\/core\/web`/],
    [
      { server: ECR, kind: "right", action: "pull" },
      /^allow `[^`]*ecr:BatchGetImage[^`]*`(?!.*PutImage)/,
    ],
    [
      {
        server: ECR,
        kind: "right",
        detail: "X is not authorized to perform: ecr:InitiateLayerUpload on",
      },
      /^allow `ecr:InitiateLayerUpload` on/,
    ],
    [{ server: ECR, kind: "right", detail: "Your authorization token has expired." }, /has ended/],
    [
      { server: ECR, kind: "repository" },
      /aws ecr create-repository --region eu-central-1 --repository-name bot\/core\/web/,
    ],
    [{ server: GAR, kind: "login" }, /`gcloud auth application-default login`/],
    [
      { server: GAR, kind: "right" },
      /add-iam-policy-binding core --location europe-west3 --project bot --role roles\/artifactregistry\.writer/,
    ],
    [
      { server: "eu.gcr.io", kind: "right", action: "pull" },
      /eu\.gcr\.io --location europe .*reader/,
    ],
    [
      { server: GAR, kind: "right", detail: "API has not been used in project 1 before" },
      /gcloud services enable artifactregistry\.googleapis\.com --project bot/,
    ],
    [{ server: GAR, kind: "repository" }, /gcloud artifacts repositories create core/],
    [{ server: "contoso.azurecr.io", kind: "login" }, /`az login`.*`az acr login --name contoso`/],
    [
      { server: "contoso.azurecr.io", kind: "right" },
      /`AcrPush` \(in ABAC mode.*Repository Writer/,
    ],
    [
      {
        server: "contoso.azurecr.io",
        kind: "right",
        detail: "client with IP '1' is not allowed access",
      },
      /az acr network-rule add --name contoso/,
    ],
    [{ server: "ghcr.io", kind: "login", action: "login" }, /personal access token \(classic\)/],
    [
      {
        server: "ghcr.io",
        kind: "right",
        detail: "The token provided does not match expected scopes.",
      },
      /^give a personal access token \(classic\) with the scope `write:packages`/,
    ],
    [
      {
        server: "ghcr.io",
        kind: "right",
        detail: "installation not allowed to Write organization package",
      },
      /`permissions: packages: write`/,
    ],
    [
      { server: "ghcr.io", kind: "right", detail: "permission_denied: write_package" },
      /Manage Actions access.*role Write/,
    ],
    [{ server: "ghcr.io", kind: "right", action: "pull" }, /scope `read:packages`/],
    [{ server: "docker.io", kind: "login" }, /organisation's name and its access token/],
    [{ server: "docker.io", kind: "right" }, /namespace `bot`.*`Read & Write`/],
    [
      { server: "docker.io", kind: "rate", anonymous: true },
      /without a login by address: give a login/,
    ],
    [{ server: "reg.example", kind: "repository" }, /Harbor: its project, `bot`/],
  ];
  for (const [refusal, words] of rows) {
    it(`says ${words.source} for ${refusal.kind} at ${refusal.server}`, () => {
      assert.match(mend(refusal), words);
    });
  }

  it("is one line whatever is refused", () => {
    for (const server of SERVERS) {
      for (const kind of ["login", "right", "repository", "rate"] as const) {
        for (const action of ["login", "pull", "push", "cancel", "delete"] as const) {
          assert.doesNotMatch(mend({ server, kind, action }), /\n|undefined|\.$/);
        }
      }
    }
  });
});

describe("registryClient", () => {
  it("puts the registry's own words in place of the general ones", async () => {
    const fake = await FakeRegistry.start({
      intercept: (_request, response) => {
        response.writeHead(403).end(JSON.stringify({ errors: [{ message: "no such right" }] }));
        return true;
      },
    });
    const asEcr = registryClient(
      fake.endpoint,
      { username: "AWS", password: "s3cret" },
      {
        explain: (refusal) => explainRefusal({ ...refusal, server: ECR }),
      },
    );
    const plain = registryClient(fake.endpoint, { username: "u", password: "s3cret" });
    const messageOf = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.catch((reason: unknown) => reason);
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "registry-denied");
      return error.message;
    };
    try {
      assert.match(await messageOf(asEcr.proveUpload("a")), /\(no such right\); allow `ecr:/);
      assert.match(await messageOf(asEcr.provePull("a")), /\(no such right\); allow `ecr:/);
      assert.match(await messageOf(plain.provePull("a")), /give this user that right/);
    } finally {
      await fake.stop();
    }
  });
});

describe("hidesUnborn", () => {
  it("is true of the registries whose repositories are born with their first push", () => {
    assert.deepEqual(SERVERS.filter(hidesUnborn), ["ghcr.io", "docker.io"]);
  });
});
