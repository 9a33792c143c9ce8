import type { Refusal } from "../../oci/registryErrors";
import { parseAcrHost } from "../hosts";

const FIREWALL = /aka\.ms\/acr\/firewall|is not allowed access/i;
/** Roles of a registry that knows roles for all its repositories only, and in ABAC mode. */
const ROLES = {
  login: ["AcrPull", "Reader"],
  pull: ["AcrPull", "Reader"],
  push: ["AcrPush", "Writer"],
  cancel: ["AcrPush", "Writer"],
  delete: ["AcrDelete", "Contributor"],
} as const;

/** What to do about a refusal of Azure Container Registry, which makes repositories on a push. */
export function acrMend({ kind, server, action, detail }: Refusal): string | undefined {
  const name = parseAcrHost(server) ?? "NAME";
  if (FIREWALL.test(detail)) {
    return `let this machine's address through the registry's firewall (\`az acr network-rule add --name ${name} --ip-address …\`), or work from an allowed network`;
  }
  switch (kind) {
    case "login":
      return `run \`az login\` (\`--tenant\` with the registry's tenant), and see what \`az acr login --name ${name}\` says`;
    case "right": {
      const [role, abac] = ROLES[action];
      return `give this identity the role \`${role}\` (in ABAC mode, where that has no effect, \`Container Registry Repository ${abac}\`): \`az role assignment create --role … --assignee … --scope $(az acr show --name ${name} --query id -o tsv)\`; a new assignment takes minutes`;
    }
    case "repository":
      return undefined;
    case "rate":
      return "the registry's SKU limits requests a minute: run again in a minute, or take a larger `registry.sku`";
  }
}
