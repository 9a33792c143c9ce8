import type { AwsCaller } from "../credentials/awsSession";
import { callerAccount as askAccount } from "../credentials/ecr";
import { parseSettings } from "./parse";
import type { Environment, RawConfig, Settings } from "./settings";

/** Twelve digits that stand in while the rest is parsed. */
const NO_ACCOUNT = "000000000000";

/**
 * Parses the configuration as `parseSettings`, and asks AWS for the account of an ECR registry where
 * neither the configuration nor the environment says it. Nothing is asked before all else is legal.
 * @throws UserError `config-invalid`, and those of `callerAccount`
 */
export async function completeSettings(
  raw: RawConfig,
  environment: Environment,
  callerAccount: (caller: AwsCaller) => Promise<string> = askAccount,
): Promise<Settings> {
  const isKnown = (environment["AWS_ACCOUNT_ID"] ?? "") !== "";
  if (isKnown) return parseSettings(raw, environment);
  const settings = parseSettings(raw, { ...environment, AWS_ACCOUNT_ID: NO_ACCOUNT });
  const { registry } = settings;
  if (registry.kind !== "ecr" || registry.accountId !== NO_ACCOUNT) return settings;
  const { region, profile } = registry;
  const account = await callerAccount({ region, ...(profile === undefined ? {} : { profile }) });
  return parseSettings(raw, { ...environment, AWS_ACCOUNT_ID: account });
}
