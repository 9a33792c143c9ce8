import type { Faults } from "./faults";
import type { ConfigReader } from "./reader";
import type { Rule } from "./rules";
import type { Environment, ReleaseSettings } from "./settings";
import { projectFile, serviceName, tag, variableName } from "./words";

const DEFAULT_COMPOSE_FILE = "docker-compose.prod.yml";

/** Reads `version` (default: VERSION), `composeFiles`, `services` and `environment`. */
export function parseRelease(
  root: ConfigReader,
  environment: Environment,
  faults: Faults,
): ReleaseSettings {
  const version = readVersion(root, environment, faults);
  const composeFiles = root.list("composeFiles", projectFile(DEFAULT_COMPOSE_FILE));
  const services = root.list("services", serviceName);
  const gitSha = readVariable("GIT_SHA", environment, commit, faults);
  const variables = root
    .objectOrEmpty("environment", ["LOG_LEVEL", "info"])
    .map(variableName, variableValue);
  return {
    version: version ?? "",
    ...(gitSha === undefined ? {} : { gitSha }),
    composeFiles: composeFiles ?? [DEFAULT_COMPOSE_FILE],
    ...(services === undefined ? {} : { services }),
    environment: variables,
    secretNames: root.isSecret("environment") ? Object.keys(variables).sort() : [],
  };
}

function readVersion(
  root: ConfigReader,
  environment: Environment,
  faults: Faults,
): string | undefined {
  const isElsewhere = !root.has("version") && (environment["VERSION"] ?? "") !== "";
  if (!isElsewhere) return root.require("version", tag, "VERSION of the environment neither");
  root.read("version", tag);
  return readVariable("VERSION", environment, tag, faults);
}

/** A variable's value by its rule; an empty variable counts as unset. */
function readVariable(
  name: string,
  environment: Environment,
  rule: Rule<string>,
  faults: Faults,
): string | undefined {
  const value = environment[name] ?? "";
  if (value === "") return undefined;
  const parsed = rule.parse(value);
  if (parsed === undefined) faults.variable(name, value, rule);
  return parsed;
}

const commit: Rule<string> = {
  allowed: "a commit id of 7 to 64 hexadecimal digits, in lower case",
  example: '"$(git rev-parse HEAD)"',
  parse: (value) =>
    typeof value === "string" && /^[0-9a-f]{7,64}$/.test(value) ? value : undefined,
};

/** `pulumi config set --path` makes numbers and booleans of what looks like them. */
const variableValue: Rule<string> = {
  allowed: "text, a number, true or false",
  example: "TEXT",
  hidden: () => true,
  parse: (value) => {
    const isScalar = ["string", "number", "boolean"].includes(typeof value);
    return isScalar ? String(value) : undefined;
  },
};
