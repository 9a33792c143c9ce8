import type { ECRClient, ReplicationRule as SdkReplicationRule } from "@aws-sdk/client-ecr";
import { awsError } from "../../credentials/awsFaults";
import { type AwsCaller, awsClientOptions, awsKeys } from "../../credentials/awsSession";
import { bounded } from "../../credentials/bounded";
import type { ReplicationRule } from "./replication";
import type { RegistryScanning } from "./scanning";

/** How a registry is set up in one region, as far as a run has to know before it declares anything. */
export interface RegistryState {
  readonly replication: readonly ReplicationRule[];
  readonly scanning: RegistryScanning;
  /** Prefixes of the pull-through caches. */
  readonly caches: readonly string[];
  /** Prefixes of the templates by which ECR makes repositories itself. */
  readonly templates: readonly string[];
}

/** Parts of it; each is one call, so that a run asks for what it needs alone. */
export type RegistryPart = keyof RegistryState;

/** What a registry has that nobody set up: AWS's own state of a new account. */
export const EMPTY_REGISTRY: RegistryState = {
  replication: [],
  scanning: { scanType: "BASIC", rules: [] },
  caches: [],
  templates: [],
};

/** A region has at most 50 of each; a hundred pages are an answer that does not end. */
const MAX_PAGES = 100;

/**
 * Asks ECR for the settings that a registry has once, and that are put as a whole: Pulumi's package
 * has no function for them.
 * @param parts what is asked for; the rest is as in a new account
 * @throws UserError of the credentials, and `credentials-denied` for a missing right
 */
export async function readRegistryState(
  caller: AwsCaller,
  parts: readonly RegistryPart[],
): Promise<RegistryState> {
  if (parts.length === 0) return EMPTY_REGISTRY;
  const ask = async (): Promise<RegistryState> => {
    const client = await step(caller, "credentials", open(caller));
    const answers = await Promise.all(
      parts.map((part) => step(caller, ACTIONS[part], readers[part](client))),
    );
    return answers.reduce<RegistryState>((all, one) => ({ ...all, ...one }), EMPTY_REGISTRY);
  };
  return bounded(`AWS in ${caller.region}`, ask());
}

const ACTIONS: Readonly<Record<RegistryPart, string>> = {
  replication: "ecr:DescribeRegistry",
  scanning: "ecr:GetRegistryScanningConfiguration",
  caches: "ecr:DescribePullThroughCacheRules",
  templates: "ecr:DescribeRepositoryCreationTemplates",
};

type Reader = (client: ECRClient) => Promise<Partial<RegistryState>>;

const readers: Readonly<Record<RegistryPart, Reader>> = {
  replication: async (client) => {
    const { DescribeRegistryCommand } = await import("@aws-sdk/client-ecr");
    const { replicationConfiguration } = await client.send(new DescribeRegistryCommand({}));
    return { replication: (replicationConfiguration?.rules ?? []).map(ruleOf) };
  },
  scanning: async (client) => {
    const { GetRegistryScanningConfigurationCommand } = await import("@aws-sdk/client-ecr");
    const { scanningConfiguration: found } = await client.send(
      new GetRegistryScanningConfigurationCommand({}),
    );
    const rules = (found?.rules ?? []).map(({ scanFrequency = "", repositoryFilters }) => ({
      scanFrequency,
      repositoryFilters: filtersOf(repositoryFilters),
    }));
    return { scanning: { scanType: found?.scanType ?? "BASIC", rules } };
  },
  caches: async (client) => {
    const { DescribePullThroughCacheRulesCommand } = await import("@aws-sdk/client-ecr");
    const caches = await allPages(async (nextToken) => {
      const page = await client.send(new DescribePullThroughCacheRulesCommand({ nextToken }));
      const found = page.pullThroughCacheRules ?? [];
      return [
        found.flatMap(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix ?? []),
        page.nextToken,
      ];
    });
    return { caches };
  },
  templates: async (client) => {
    const { DescribeRepositoryCreationTemplatesCommand } = await import("@aws-sdk/client-ecr");
    const templates = await allPages(async (nextToken) => {
      const page = await client.send(new DescribeRepositoryCreationTemplatesCommand({ nextToken }));
      const found = page.repositoryCreationTemplates ?? [];
      return [found.flatMap(({ prefix }) => prefix ?? []), page.nextToken];
    });
    return { templates };
  },
};

type NextToken = string | undefined;

async function allPages(
  read: (token: NextToken) => Promise<[readonly string[], NextToken]>,
): Promise<string[]> {
  const all: string[] = [];
  let token: NextToken;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const [found, next] = await read(token);
    all.push(...found);
    if (next === undefined) break;
    token = next;
  }
  return all;
}

function ruleOf({ destinations = [], repositoryFilters }: SdkReplicationRule): ReplicationRule {
  return {
    destinations: destinations.map(({ region = "", registryId = "" }) => ({ region, registryId })),
    repositoryFilters: filtersOf(repositoryFilters),
  };
}

function filtersOf(
  filters: readonly { readonly filter?: NextToken; readonly filterType?: NextToken }[] = [],
) {
  return filters.map(({ filter = "", filterType = "" }) => ({ filter, filterType }));
}

async function open(caller: AwsCaller): Promise<ECRClient> {
  const keys = await awsKeys(caller);
  const { ECRClient: Client } = await import("@aws-sdk/client-ecr");
  return new Client({ ...awsClientOptions(caller), credentials: keys });
}

async function step<T>(caller: AwsCaller, action: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw awsError(error, caller, action);
  }
}
