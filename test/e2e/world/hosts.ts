/** Region of the world's ECR; replicas stand in the second one. */
export const AWS_REGIONS = ["eu-central-1", "us-east-1"] as const;
/** The AWS account of the world. */
export const AWS_ACCOUNT = "123456789012";
/** Name of the world's Azure registry. */
export const ACR_NAME = "botcoreworld";
/** A company's own registry, under an authority that is not public. */
export const COMPANY_REGISTRY = "registry.company.example";

/** Every name of the clouds that leads to the world's router. */
export const PUBLIC_HOSTS: readonly string[] = [
  ...["ghcr.io", "api.github.com", "github.com"],
  ...["registry-1.docker.io", "auth.docker.io", "index.docker.io", "docker.io", "hub.docker.com"],
  ...AWS_REGIONS.flatMap((region) => [
    `${AWS_ACCOUNT}.dkr.ecr.${region}.amazonaws.com`,
    `api.ecr.${region}.amazonaws.com`,
    `sts.${region}.amazonaws.com`,
  ]),
  "sts.amazonaws.com",
  ...["europe-west3-docker.pkg.dev", "europe-docker.pkg.dev", "eu.gcr.io", "gcr.io"],
  ...["sts.googleapis.com", "oauth2.googleapis.com", "iamcredentials.googleapis.com"],
  ...["artifactregistry.googleapis.com", "accounts.google.com"],
  "login.microsoftonline.com",
];

/** Names that the certificate has too; they lead to the router once what they name was made. */
export const LATER_HOSTS: readonly string[] = [`${ACR_NAME}.azurecr.io`];
