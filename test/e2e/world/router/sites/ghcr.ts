import { bearerSite } from "../bearerSite";
import type { Site } from "../exchange";
import { PLANTED, type Tokens } from "../tokens";

/** Owner of every package of the world. */
export const GITHUB_OWNER = "acme";

interface PersonalToken {
  readonly user: string;
  readonly scopes: readonly string[];
}

/** Classic personal access tokens, by their text. `rotated` are those that a rotation brings. */
export const GITHUB_TOKENS = {
  write: `${PLANTED}ghp-write`,
  read: `${PLANTED}ghp-read`,
  writeRotated: `${PLANTED}ghp-write-rotated`,
  readRotated: `${PLANTED}ghp-read-rotated`,
};

const WRITES = ["read:packages", "write:packages", "delete:packages"];

const HOLDERS: ReadonlyMap<string, PersonalToken> = new Map([
  [GITHUB_TOKENS.write, { user: "acme-ci", scopes: WRITES }],
  [GITHUB_TOKENS.writeRotated, { user: "acme-ci", scopes: WRITES }],
  [GITHUB_TOKENS.read, { user: "acme-host", scopes: ["read:packages"] }],
  [GITHUB_TOKENS.readRotated, { user: "acme-host", scopes: ["read:packages"] }],
]);

/** Scopes of a personal access token; undefined: there is none like that. */
export function githubScopes(token: string): readonly string[] | undefined {
  return HOLDERS.get(token)?.scopes;
}

/**
 * ghcr.io: a token is bound to the personal access token's scopes; packages are born with their first
 * push; no referrers and no delete by the distribution API (reference: NVIDIA/aicr#1957).
 */
export function ghcr(tokens: Tokens): Site {
  return bearerSite(
    {
      name: "ghcr",
      hosts: ["ghcr.io"],
      realm: () => new URL("https://ghcr.io/token"),
      service: () => "ghcr.io",
      seconds: 300,
      login: ({ password }) =>
        HOLDERS.get(password)?.user ?? { status: 403, code: "DENIED", message: "denied: denied" },
      may: (subject, repository, action) => {
        const scopes = [...HOLDERS.values()].find(({ user }) => user === subject)?.scopes ?? [];
        if (!repository.startsWith(`${GITHUB_OWNER}/`) || action === "delete") return false;
        return scopes.includes(action === "push" ? "write:packages" : "read:packages");
      },
      denied: () => ({
        status: 403,
        code: "DENIED",
        message: "permission_denied: The token provided does not match expected scopes.",
      }),
      refuse: ({ part, action }) => {
        if (part === "referrers") return { status: 404, code: "NOT_FOUND", message: "not found" };
        if (action !== "delete") return undefined;
        return { status: 405, code: "UNSUPPORTED", message: "The operation is unsupported." };
      },
    },
    tokens,
  );
}
