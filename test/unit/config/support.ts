import assert from "node:assert/strict";
import { UserError } from "../../../lib/errors";
import { parseSettings } from "../../../lib/settings/parse";
import type { Environment, Settings } from "../../../lib/settings/settings";

/** Configuration as JSON values; the text that Pulumi makes of it is derived. */
export type Values = Readonly<Record<string, unknown>>;

/** The least that is accepted. */
export const MINIMAL: Values = {
  provider: "private",
  registry: { server: "registry.example.com" },
  version: "v1.0.0",
  host: { address: "unix:///var/run/docker.sock" },
  // Where it is on, it has to be known whose signature counts.
  sign: false,
};

/** Parses as config.ts does: top-level text as it stands, everything else as JSON. */
export function parse(
  values: Values,
  secretKeys: readonly string[] = [],
  environment: Environment = {},
): Settings {
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseSettings(
    {
      values: Object.fromEntries(texts) as Record<string, string>,
      secretKeys: new Set(secretKeys),
    },
    environment,
  );
}

/** As `parse`, of the minimal configuration with some keys changed; undefined takes one out. */
export function parseWith(
  changes: Values,
  secretKeys: readonly string[] = [],
  environment: Environment = {},
): Settings {
  const values = Object.entries({ ...MINIMAL, ...changes }).filter(
    ([, value]) => value !== undefined,
  );
  return parse(Object.fromEntries(values), secretKeys, environment);
}

/** The findings of a refusal, one a line, without the title. */
export function findingsOf(refused: () => unknown): readonly string[] {
  try {
    refused();
  } catch (error) {
    assert.ok(error instanceof UserError, `not a UserError: ${String(error)}`);
    assert.equal(error.code, "config-invalid");
    const [title, ...lines] = error.message.split("\n");
    assert.equal(title, "The configuration is not valid:");
    return lines.map((line) => line.replace(/^ {2}/, ""));
  }
  return assert.fail("nothing was refused");
}

/** Compares what `expected` names, at every depth; lists and empty objects are compared whole. */
export function assertIncludes(actual: object, expected: object): void {
  assert.deepEqual(pick(actual, expected), expected);
}

function pick(actual: unknown, expected: unknown): unknown {
  if (!isNamed(actual) || !isNamed(expected) || Object.keys(expected).length === 0) return actual;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, pick(actual[key], value)]),
  );
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
