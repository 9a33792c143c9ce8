import { isRecord } from "./values";

/** Inputs that say how a registry is reached. */
const REGISTRIES: ReadonlySet<string> = new Set(["registry", "verify"]);
/** Their members that say who logs in there (lib/resources/registry.ts). */
const IDENTITIES: ReadonlySet<string> = new Set(["push", "pull"]);

/** Decoded inputs without who logs in at a registry: a rotated password is no change. */
export function withoutCredentials(inputs: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]): [string, unknown] =>
      REGISTRIES.has(name) && isRecord(value) ? [name, strip(value)] : [name, value],
    ),
  );
}

function strip(registry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(registry).filter(([name]) => !IDENTITIES.has(name)));
}
