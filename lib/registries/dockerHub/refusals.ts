import type { Refusal } from "../../oci/registryErrors";

const PERMISSIONS = {
  login: "Read-only",
  pull: "Read-only",
  push: "Read & Write",
  cancel: "Read & Write",
  delete: "Read, Write, Delete",
} as const;
const PERSONAL =
  "a personal access token (app.docker.com, Account settings, Personal access tokens)";

/** What to do about a refusal of Docker Hub, which makes repositories on a push. */
export function dockerHubMend({
  kind,
  action,
  repository,
  anonymous,
}: Refusal): string | undefined {
  const permission = PERMISSIONS[action];
  const owner = repository?.split("/")[0] ?? "NAMESPACE";
  switch (kind) {
    case "login":
      return `give your Docker ID and ${PERSONAL}, or an organisation's name and its access token; with two factors or single sign-on Docker Hub takes no password here`;
    case "right":
      return `check that this user may ${action === "pull" ? "read from" : "write to"} the namespace \`${owner}\` (and that the repository's name is right: Docker Hub hides what it does not show), and that the token has the permission \`${permission}\`; an organisation's token names its repositories one by one`;
    case "repository":
      return undefined;
    case "rate":
      return anonymous
        ? "Docker Hub limits pulls without a login by address: give a login, or wait (the window is six hours)"
        : "Docker Hub limits this account's pulls: wait (the window is six hours), or take a paid plan or a cache";
  }
}
