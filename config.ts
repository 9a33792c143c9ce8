import * as pulumi from "@pulumi/pulumi";
import { completeSettings } from "./lib/settings/complete";
import { loadDotenv } from "./lib/settings/dotenv";
import type { RawConfig, Settings } from "./lib/settings/settings";

const NAMESPACE = "bot-core:";

/** Where the language host names the keys that hold secrets; the SDK has no public reader for it. */
const SECRET_KEYS_VARIABLE = "PULUMI_CONFIG_SECRET_KEYS";

/**
 * Reads and parses the stack's configuration. The project's `.env` is put into this process's
 * environment first, because credentials are read from there when they are used.
 * @throws UserError with every fault at once; where AWS is asked for the account and does not answer
 */
export async function loadSettings(): Promise<Settings> {
  loadDotenv(process.cwd(), process.env);
  return completeSettings(rawConfig(), process.env);
}

function rawConfig(): RawConfig {
  const values = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const);
  return { values: Object.fromEntries(values), secretKeys: secretKeys() };
}

function secretKeys(): ReadonlySet<string> {
  const keys: unknown = JSON.parse(process.env[SECRET_KEYS_VARIABLE] ?? "[]");
  const names = Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
  return new Set(names.map((key) => key.replace(/^bot-core:(config:)?/, "")));
}
