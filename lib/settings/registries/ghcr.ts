import type { CredentialSource } from "../../resources/registry";
import { githubOwner } from "../githubNames";
import type { GhcrSettings } from "../registrySettings";
import { boolean, orEmpty, type Rule } from "../rules";
import { namespaceName } from "../server";
import { readAccount, withEndpoint } from "./identities";
import type { RegistryInput } from "./input";
import { Place, type ReferenceGrammar } from "./place";

const DEFAULT_REPOSITORY = "bot-core";

/**
 * Reads `registry` of provider `ghcr`:
 * {owner, repository?, username?, password?, pullUsername?, pullPassword?, manage?}.
 * Images are `ghcr.io/owner/repository/service`. Without another login the one of GitHub Actions
 * pushes: GITHUB_ACTOR and GITHUB_TOKEN.
 */
export function parseGhcr(input: RegistryInput): GhcrSettings | undefined {
  const { reader } = input;
  const place = Place.read(input, REFERENCE, { owner: reader.read("owner", githubOwner) });
  const owner = place.require("owner", githubOwner)?.toLowerCase();
  const repository = place.path("repository", packagePath) ?? DEFAULT_REPOSITORY;
  const identities = readAccount(input, actionsLogin(input));
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.refuseUnknown();
  if (owner === undefined) return undefined;
  return {
    kind: "ghcr",
    ...withEndpoint({ server: "ghcr.io", insecure: false }, identities),
    owner,
    repository,
    namespace: repository === "" ? owner : `${owner}/${repository}`,
    separator: "/",
    manage,
  };
}

/** Registries take lower case only, and GitHub's names do not differ by it. */
const packagePath: Rule<string> = orEmpty({
  ...namespaceName,
  allowed: "letters and digits with `.`, `_`, `-` or `/` between them",
  parse: (value) => namespaceName.parse(typeof value === "string" ? value.toLowerCase() : value),
});

const REFERENCE: ReferenceGrammar = {
  kind: "ghcr",
  required: ["owner"],
  allowed: "ghcr.io/OWNER[/REPOSITORY] without a scheme",
  example: "ghcr.io/OWNER",
  parse: ({ path }) => {
    const [owner = "", ...rest] = path.split("/");
    const repository = packagePath.parse(rest.join("/"));
    if (githubOwner.parse(owner) === undefined || repository === undefined) return undefined;
    return { registry: { owner }, path: { repository } };
  },
};

/** A workflow's own token; the pair is a login only where both are there. */
function actionsLogin({ environment }: RegistryInput): CredentialSource | undefined {
  const [usernameVariable, passwordVariable] = ["GITHUB_ACTOR", "GITHUB_TOKEN"] as const;
  const values = [environment[usernameVariable] ?? "", environment[passwordVariable] ?? ""];
  return values.every((value) => value !== "")
    ? { kind: "environment", usernameVariable, passwordVariable }
    : undefined;
}
