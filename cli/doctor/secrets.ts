import { isDeepStrictEqual } from "node:util";
import { resolveCredentials } from "../../lib/credentials";
import { messageOf, UserError } from "../../lib/errors";
import { askGithub, askTokenAge } from "../../lib/registries/tokenAge/ask";
import { fine, type TokenReport, type TokenUse } from "../../lib/registries/tokenAge/report";
import type { CredentialSource } from "../../lib/resources/registry";
import type { Settings } from "../../lib/settings/settings";
import { type Finding, Unknown, worstOf } from "./check";

/**
 * How old the long-lived secrets are that `pulumi up` uses, where their provider tells.
 * @throws Unknown where a login is not there: the registry's check tells that
 */
export async function secretsFinding(
  { registry, github }: Settings,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Finding> {
  const options = { now: new Date(), signal };
  const { push, pull } = registry.account;
  const logins: readonly (readonly [TokenUse, CredentialSource])[] = [
    ["push", push],
    ...(isDeepStrictEqual(push, pull) ? [] : [["pull", pull] as const]),
  ];
  const found = logins.map(([use, source]) =>
    named(use, () => reportOf(source, registry.endpoint.server, use, options)),
  );
  const token = env["GITHUB_TOKEN"] ?? "";
  const ours =
    github.kind === "off" || token === ""
      ? []
      : [named("GITHUB_TOKEN", () => askGithub(token, "push", options))];
  return worstOf(await Promise.all([...found, ...ours]));
}

/** The clouds' tokens end by themselves; what is not there is told by the check of the registry. */
async function reportOf(
  source: CredentialSource,
  server: string,
  use: TokenUse,
  options: { readonly now: Date; readonly signal: AbortSignal },
): Promise<TokenReport> {
  switch (source.kind) {
    case "ecr":
    case "gar":
    case "acr":
      return fine("a short-lived token: nothing to rotate");
    case "anonymous":
      return fine("no login");
    case "environment":
    case "inline":
    case "docker": {
      const login = await resolveCredentials(source, server);
      if (login === undefined) return fine("no login");
      return askTokenAge(server, login, use, options);
    }
  }
}

async function named(name: string, ask: () => Promise<TokenReport>): Promise<Finding> {
  try {
    const { level, detail, mend } = await ask();
    return { state: level, detail: `${name}: ${detail}`, ...(mend === undefined ? {} : { mend }) };
  } catch (error) {
    if (error instanceof UserError) throw new Unknown("not checked: needs `registry`");
    // An age that is not told keeps nobody from a release.
    return { state: "skipped", detail: `${name}: not told: ${messageOf(error)}` };
  }
}
