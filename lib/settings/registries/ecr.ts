import { ecrServer, parseEcrHost } from "../../registries/hosts";
import type { EcrCredentialSource } from "../../resources/registry";
import type { EcrSettings } from "../registrySettings";
import { boolean, oneOf, orEmpty, type Rule } from "../rules";
import { awsAccount, awsProfile, awsRegion, ecrNamespace, kmsKeyArn, roleArn } from "./awsNames";
import { readCache } from "./cache";
import { ecrCacheRules, refuseForeignNames, refuseReplicas } from "./ecrRules";
import type { RegistryInput } from "./input";
import { Place, type ReferenceGrammar } from "./place";

const DEFAULT_NAMESPACE = "bot-core";

/**
 * Reads `registry` of provider `ecr`: {region, accountId?, namespace?, profile?, replicas?, pullFrom?,
 * kmsKey?, pullRoleArn?, scanning?, cache?, manage?}. The account is `accountId`, else DOCKER_REGISTRY's,
 * else AWS_ACCOUNT_ID's. AWS's own credentials push, and pull where no role is given for that.
 */
export function parseEcr(input: RegistryInput): EcrSettings | undefined {
  const { reader } = input;
  const place = Place.read(input, REFERENCE, {
    region: reader.read("region", awsRegion),
    accountId: reader.read("accountId", awsAccount),
  });
  const region = place.require("region", awsRegion);
  const accountId = readAccountId(input, place);
  const namespace = place.path("namespace", orEmpty(ecrNamespace)) ?? DEFAULT_NAMESPACE;
  const details = readDetails(input);
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.refuseUnknown();
  if (region === undefined || accountId === undefined) return undefined;
  refuseReplicas(input, region, details);
  refuseForeignNames(input, { region, accountId }, details);
  const { pullRoleArn, pullFrom, profile, ...rest } = details;
  const server = place.registry("server") ?? ecrServer({ accountId, region });
  const endpoint = { server, insecure: false };
  const named = profile === undefined ? {} : { profile };
  const push: EcrCredentialSource = { kind: "ecr", region, ...named };
  const pull = pullRoleArn === undefined ? push : { ...push, roleArn: pullRoleArn };
  return {
    kind: "ecr",
    account: { endpoint, push, pull },
    endpoint,
    lookUp: push,
    namespace,
    separator: "/",
    manage,
    region,
    accountId,
    ...named,
    ...rest,
    pullFrom: pullFrom ?? region,
    ...(pullRoleArn === undefined ? {} : { pullRoleArn }),
  };
}

/** What the `registry` object says beside the place. */
export interface EcrDetails {
  readonly profile?: string;
  readonly replicas: EcrSettings["replicas"];
  readonly pullFrom?: string;
  readonly kmsKey?: string;
  readonly pullRoleArn?: string;
  readonly scanning: EcrSettings["scanning"];
  readonly cache: EcrSettings["cache"];
}

function readDetails(input: RegistryInput): EcrDetails {
  const { reader } = input;
  const profile = reader.read("profile", awsProfile);
  const replicas = reader.list("replicas", awsRegion) ?? [];
  const pullFrom = reader.read("pullFrom", awsRegion);
  const kmsKey = reader.read("kmsKey", kmsKeyArn);
  const pullRoleArn = reader.read("pullRoleArn", roleArn);
  const scanning = reader.read("scanning", scanningMode) ?? "basic";
  const cache = readCache(input, ecrCacheRules);
  return {
    ...(profile === undefined ? {} : { profile }),
    replicas,
    ...(pullFrom === undefined ? {} : { pullFrom }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
    ...(pullRoleArn === undefined ? {} : { pullRoleArn }),
    scanning,
    cache,
  };
}

const scanningWords = oneOf(["basic", "enhanced", "off"]);

/** `false` too, as for every feature that is switched off. */
const scanningMode: Rule<EcrSettings["scanning"]> = {
  ...scanningWords,
  parse: (value) => scanningWords.parse(value === false || value === "false" ? "off" : value),
};

function readAccountId(input: RegistryInput, place: Place): string | undefined {
  const { reader, environment, faults } = input;
  const known = place.registry("accountId");
  if (known !== undefined || reader.has("accountId")) return known;
  const variable = environment["AWS_ACCOUNT_ID"] ?? "";
  const account = awsAccount.parse(variable);
  if (account !== undefined) return account;
  if (place.isReported) return undefined;
  if (variable === "") {
    const note = "neither DOCKER_REGISTRY nor AWS_ACCOUNT_ID of the environment names it";
    faults.missing(reader.path("accountId"), awsAccount, note);
  } else {
    faults.variable("AWS_ACCOUNT_ID", variable, awsAccount);
  }
  return undefined;
}

const REFERENCE: ReferenceGrammar = {
  kind: "ecr",
  required: ["region"],
  allowed: "ACCOUNT.dkr.ecr.REGION.amazonaws.com[/NAMESPACE] without a scheme, in lower case",
  example: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/bot-core",
  parse: ({ host, path }) => {
    const named = parseEcrHost(host);
    if (awsRegion.parse(named?.region) === undefined) return undefined;
    if (path !== "" && ecrNamespace.parse(path) === undefined) return undefined;
    return { registry: { ...named, server: host }, path: { namespace: path } };
  },
};
