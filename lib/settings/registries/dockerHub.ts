import type { DockerHubSettings } from "../registrySettings";
import { boolean, digitsToo, text, type Rule } from "../rules";
import { readAccount, withEndpoint } from "./identities";
import type { RegistryInput } from "./input";
import { Place, type ReferenceGrammar } from "./place";

/**
 * Reads `registry` of provider `dockerhub`:
 * {namespace, prefix?, username?, password?, pullUsername?, pullPassword?, manage?}.
 * Images are `docker.io/namespace/service`, or `docker.io/namespace/prefix-service`: names there
 * have no third part.
 */
export function parseDockerHub(input: RegistryInput): DockerHubSettings | undefined {
  const { reader } = input;
  const place = Place.read(input, REFERENCE, { namespace: reader.read("namespace", hubNamespace) });
  const owner = place.require("namespace", hubNamespace);
  const prefix = place.path("prefix", hubPrefix);
  const identities = readAccount(input);
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.refuseUnknown();
  if (owner === undefined) return undefined;
  return {
    kind: "dockerhub",
    ...withEndpoint({ server: "docker.io", insecure: false }, identities),
    owner,
    ...(prefix === undefined
      ? { namespace: owner, separator: "/" }
      : { namespace: `${owner}/${prefix}`, separator: "-" }),
    manage,
  };
}

/** Today's ids have 4 to 30 letters and digits; older ones are shorter, or have `-` and `_`. */
const hubNamespace: Rule<string> = digitsToo(
  text(
    /^(?=.{2,30}$)[a-z0-9]+([_-][a-z0-9]+)*$/,
    "a Docker Hub user or organisation: 2 to 30 lower-case letters and digits with single `-` or `_` between them",
    "acme",
  ),
);

const hubPrefix: Rule<string> = digitsToo(
  text(
    /^(?=.{1,100}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/,
    "up to 100 lower-case letters and digits with `.`, `_` or `-` between them, without `/`",
    "bot-core",
  ),
);

const REFERENCE: ReferenceGrammar = {
  kind: "dockerhub",
  required: ["namespace"],
  allowed: "NAMESPACE[/PREFIX] or docker.io/NAMESPACE[/PREFIX] without a scheme, in lower case",
  example: "docker.io/acme",
  parse: ({ path }) => {
    const [namespace = "", prefix, ...rest] = path.split("/");
    const isPrefix = prefix === undefined || hubPrefix.parse(prefix) !== undefined;
    if (hubNamespace.parse(namespace) === undefined || !isPrefix || rest.length > 0) {
      return undefined;
    }
    return { registry: { namespace }, path: { prefix } };
  },
};
