import type { Refusal } from "../../oci/registryErrors";

/** What to do about a refusal of a registry that somebody runs: its own administration decides. */
export function privateMend({ kind, repository }: Refusal): string | undefined {
  if (kind !== "repository") return undefined;
  return `create it there (Harbor: its project, \`${repository?.split("/")[0] ?? "PROJECT"}\`), or correct the repository's path in the stack's \`registry\` settings`;
}
