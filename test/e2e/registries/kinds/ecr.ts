import { AWS_ACCOUNT, AWS_REGIONS } from "../../world/hosts";
import { AWS_KEYS } from "../../world/router/sites/aws";
import { GITHUB_REPOSITORY } from "../../world/router/cloud/github";
import type { RegistryCase } from "../case";

const [REGION] = AWS_REGIONS;
const LOGINS = {
  first: AWS_KEYS.deployer,
  rotated: AWS_KEYS.deployerRotated,
  readOnly: AWS_KEYS.reader,
};

/** ECR: tokens of 12 hours by signed calls; the host pulls as a role that the program declares. */
export const ecr: RegistryCase = {
  kind: "ecr",
  config: () => ({
    provider: "ecr",
    registry: { region: REGION, namespace: "shop" },
    github: { repository: GITHUB_REPOSITORY },
  }),
  logIn: (project, turn) => {
    const { id, secret } = LOGINS[turn];
    // No container's or machine's identity is looked for.
    project.setEnvironment({
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_EC2_METADATA_DISABLED: "true",
    });
    return Promise.resolve();
  },
  backend: "ecr",
  host: `${AWS_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`,
  pusher: /:user\/deployer$/,
  puller: /:assumed-role\/[^/]+\/bot-core$/,
  refusal: [/not authorized to perform: ecr:InitiateLayerUpload/],
  cloud: { name: "aws", keeps: /ecr\/repository:Repository / },
};
