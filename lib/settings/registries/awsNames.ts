import { digitsToo, text, type Rule } from "../rules";

const PARTITION = "aws(?:-[a-z]+)*";
const REGION =
  "[a-z]{2,4}(?:-[a-z]{2,5})?-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9]\\d?";

/** A region's code, in any partition. */
export const awsRegion: Rule<string> = text(
  new RegExp(`^${REGION}$`),
  "the code of an AWS region, like eu-central-1",
  "eu-central-1",
);

/** Ids with a leading zero stay text only where they are quoted in YAML. */
export const awsAccount: Rule<string> = digitsToo(
  text(
    /^\d{12}$/,
    "the 12 digits of an AWS account id, without dashes, in quotes where they begin with 0",
    "123456789012",
  ),
);

/** A name in brackets of the shared AWS configuration. */
export const awsProfile: Rule<string> = text(
  /^[^\p{Cc}\s[\]]([^\p{Cc}[\]]*[^\p{Cc}\s[\]])?$/u,
  "the name of a profile of the AWS configuration",
  "production",
);

/** IAM's limits: a path of up to 512 characters and a name of up to 64. */
export const roleArn: Rule<string> = {
  ...text(
    new RegExp(`^arn:${PARTITION}:iam::\\d{12}:role/(?:[!-.0-~]{1,510}/)?[\\w+=,.@-]{1,64}$`),
    "the ARN of an IAM role",
    "arn:aws:iam::123456789012:role/bot-core-pull",
  ),
  hidden: isNoArn,
};

/** Aliases are left out: ECR answers with the key, which would read as a change. */
export const kmsKeyArn: Rule<string> = {
  ...text(
    new RegExp(`^arn:${PARTITION}:kms:${REGION}:\\d{12}:key/(?:mrk-[0-9a-f]{32}|[0-9a-f-]{36})$`),
    "the ARN of a KMS key (not of an alias)",
    "arn:aws:kms:eu-central-1:123456789012:key/11112222-3333-4444-5555-666677778888",
  ),
  hidden: isNoArn,
};

/** ECR reads only secrets whose names begin so. */
export const cacheSecretArn: Rule<string> = {
  ...text(
    new RegExp(
      `^arn:${PARTITION}:secretsmanager:${REGION}:\\d{12}:secret:ecr-pullthroughcache/[\\w/+=.@-]{1,512}$`,
    ),
    "the ARN of a Secrets Manager secret whose name begins with ecr-pullthroughcache/",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf",
  ),
  hidden: isNoArn,
};

/** The region and the account that an ARN names. */
export function partsOfArn(arn: string): { readonly region: string; readonly accountId: string } {
  const [, , , region = "", accountId = ""] = arn.split(":");
  return { region, accountId };
}

/** The part of AWS that a region belongs to; nothing is copied from one to another. */
export function partitionOf(region: string): string {
  return /^(cn|eusc|us-gov|us-iso[a-z]?|eu-iso[a-z]?)-/.exec(region)?.[1] ?? "aws";
}

/** Text that is no name may be a secret. */
function isNoArn(value: unknown): boolean {
  return typeof value !== "string" || !value.startsWith("arn:");
}

const ECR_PATH = "[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*";
const ECR_WORDS = "lower-case letters and digits with single `.`, `_`, `-` or `/` between them";

/** ECR's grammar of repository names, which is narrower than the distribution specification's. */
export const ecrRepository: Rule<string> = text(
  new RegExp(`^(?=.{2,256}$)${ECR_PATH}$`),
  `2 to 256 ${ECR_WORDS}`,
  "bot-core",
);

/** What stands before a service's name in one of ECR's repository names. */
export const ecrNamespace: Rule<string> = text(
  new RegExp(`^(?=.{1,200}$)${ECR_PATH}$`),
  `1 to 200 ${ECR_WORDS}`,
  "bot-core",
);
