import type { Refusal } from "../../oci/registryErrors";

const SCOPES = {
  login: "read:packages",
  pull: "read:packages",
  push: "write:packages",
  cancel: "write:packages",
  delete: "delete:packages",
} as const;
const NO_SCOPE = /does not match expected scopes/i;
/** A workflow's own token without `packages: write`. */
const NO_PERMISSION = /installation not allowed/i;
/** The package does not know the repository whose workflow pushes. */
const NOT_LINKED = /write_package|read_package/i;

/** What to do about a refusal of GitHub's registry, which makes packages on a push. */
export function ghcrMend({ kind, action, repository, detail }: Refusal): string | undefined {
  const scope = SCOPES[action];
  const level = scope === "read:packages" ? "read" : "write";
  const token = `a personal access token (classic) with the scope \`${scope}\`; fine-grained ones have no right to packages (\`gh auth refresh -s ${scope}\`, then \`gh auth token\`)`;
  const permission = `\`permissions: packages: ${level}\` for the job`;
  const link = `on the package's page, Package settings, Manage Actions access, add the source repository with the role ${level === "read" ? "Read" : "Write"}: a package that somebody's own token pushed first is not linked to it`;
  if (kind === "rate") return "GitHub limits requests: run again in some minutes";
  if (kind === "repository") return undefined;
  if (NO_SCOPE.test(detail)) return `give ${token}`;
  if (NO_PERMISSION.test(detail)) {
    return `give the workflow's token ${permission}; the organisation may also forbid new packages (Settings, Packages)`;
  }
  if (NOT_LINKED.test(detail)) return `${link}; a workflow's token needs ${permission} too`;
  if (kind === "login" || repository === undefined) return `give your user name and ${token}`;
  return `give ${token}; in GitHub Actions ${permission}, and ${link}`;
}
