import assert from "node:assert/strict";
import { ECR, parseRow, type Row } from "./dockerRegistryRow";
import { findingsOf, parseWith } from "./support";

describe("DOCKER_REGISTRY: rejected", () => {
  const rejected: readonly (Row & { readonly starts: readonly string[] })[] = [
    {
      name: "of another kind than the provider, where it is needed",
      provider: "ghcr",
      reference: `${ECR}/x`,
      starts: [
        "registry.owner: not set; DOCKER_REGISTRY of the environment belongs to provider ecr; allowed: ",
      ],
    },
    {
      name: "of another registry than the configuration's, where it is needed",
      provider: "gar",
      registry: { location: "us" },
      reference: "europe-docker.pkg.dev/my-project",
      starts: [
        "registry.project: not set; DOCKER_REGISTRY of the environment names another registry; allowed: ",
      ],
    },
    ...["https://ghcr.io/acme", "ghcr.io", "ghcr.io/acme//x", "ghcr.io/-acme"].map((reference) => ({
      name: `${reference}: one fault, not one for each key`,
      reference,
      starts: [
        `DOCKER_REGISTRY: given "${reference}"; allowed: ghcr.io/OWNER[/REPOSITORY] without a ` +
          "scheme; run: export DOCKER_REGISTRY=ghcr.io/OWNER",
      ],
    })),
    {
      name: "ECR with a path that ECR does not take",
      reference: `${ECR}/a--b`,
      starts: [
        `DOCKER_REGISTRY: given "${ECR}/a--b"; allowed: ACCOUNT.dkr.ecr.REGION.amazonaws.com`,
      ],
    },
    {
      name: "GAR without a project, or with a path below the repository",
      reference: "us-docker.pkg.dev/my-project/images/deeper",
      starts: [
        'DOCKER_REGISTRY: given "us-docker.pkg.dev/my-project/images/deeper"; allowed: ' +
          "LOCATION-docker.pkg.dev/PROJECT[/REPOSITORY] without a scheme, in lower case (",
      ],
    },
    {
      name: "gcr.io's hosts for provider gar, which says whose they are",
      provider: "gar",
      reference: "eu.gcr.io/my-project",
      starts: [
        'DOCKER_REGISTRY: given "eu.gcr.io/my-project"; allowed: LOCATION-docker.pkg.dev/PROJECT' +
          "[/REPOSITORY] without a scheme, in lower case (gcr.io's hosts are of provider gcr); run: ",
      ],
    },
    {
      name: "gcr.io with a path below the project",
      reference: "gcr.io/my-project/deeper",
      starts: ['DOCKER_REGISTRY: given "gcr.io/my-project/deeper"; allowed: gcr.io/PROJECT, or '],
    },
    {
      name: "Docker Hub with three parts, or in upper case",
      reference: "Acme/a/b",
      starts: ['DOCKER_REGISTRY: given "Acme/a/b"; allowed: NAMESPACE[/PREFIX] or docker.io/'],
    },
    {
      name: "ACR without what no server's name says",
      reference: "myregistry.azurecr.io",
      starts: ["registry.resourceGroup: not set; allowed: "],
    },
  ];
  for (const { starts, ...row } of rejected) {
    it(row.name, () => {
      const findings = findingsOf(() => parseRow(row));
      assert.equal(findings.length, starts.length, findings.join("\n"));
      starts.forEach((start, index) => {
        assert.equal(findings[index]?.slice(0, start.length), start);
      });
    });
  }

  it("an account of the environment that is none", () => {
    const values = { provider: "ecr", registry: { region: "eu-central-1" } };
    const environment = { AWS_ACCOUNT_ID: "acme" };
    assert.deepEqual(
      findingsOf(() => parseWith(values, [], environment)),
      [
        'AWS_ACCOUNT_ID: given "acme"; allowed: the 12 digits of an AWS account id, without dashes, ' +
          "in quotes where they begin with 0; run: export AWS_ACCOUNT_ID=123456789012",
      ],
    );
  });
});
