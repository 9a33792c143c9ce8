import { createHash, timingSafeEqual } from "node:crypto";

/** What is asked for or granted, as in the distribution project's token specification. */
export interface Access {
  /** `repository` or `registry`. */
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** A user and what the user may do. */
export interface TokenUser {
  readonly name: string;
  /** SHA-256 of the password in hex. Only for passwords that are random: it is not stretched. */
  readonly passwordSha256: string;
  /** A name ending in `*` stands for all names that begin so; the action `*` for all actions. */
  readonly access: readonly Access[];
}

/** The user for tests and files, with the password's digest. */
export function tokenUser(name: string, password: string, access: readonly Access[]): TokenUser {
  return { name, passwordSha256: sha256(password).toString("hex"), access };
}

/** Pull, push and delete on every repository, and the catalog. */
export const EVERYTHING: readonly Access[] = [
  { type: "repository", name: "*", actions: ["pull", "push", "delete"] },
  { type: "registry", name: "catalog", actions: ["*"] },
];

/** Pull on every repository. */
export const PULL_ONLY: readonly Access[] = [{ type: "repository", name: "*", actions: ["pull"] }];

/**
 * Reads `scope` parameters: `repository:team/app:pull,push`, several in one separated by a space.
 * A repository's name may hold colons (`localhost:5000/app`). What is not a scope is left out, as
 * the specification wants it: the token then grants nothing for it.
 */
export function parseScopes(parameters: readonly string[]): Access[] {
  return parameters
    .flatMap((parameter) => parameter.split(" "))
    .flatMap((scope) => {
      const first = scope.indexOf(":");
      const last = scope.lastIndexOf(":");
      const type = scope.slice(0, first).replace(/\([a-z0-9]+\)$/, "");
      const name = scope.slice(first + 1, last);
      const actions = scope.slice(last + 1).split(",");
      const complete = first > 0 && last > first + 1 && actions.every((action) => action !== "");
      return complete ? [{ type, name, actions: [...new Set(actions)] }] : [];
    });
}

/** Who this is; undefined for an unknown name or a wrong password, in the same time. */
export function authenticate(
  users: readonly TokenUser[],
  name: string,
  password: string,
): TokenUser | undefined {
  const user = users.find((candidate) => candidate.name === name);
  const expected = Buffer.from(user?.passwordSha256 ?? sha256("").toString("hex"), "hex");
  const given = sha256(password);
  const same = expected.length === given.length && timingSafeEqual(expected, given);
  return same && user !== undefined ? user : undefined;
}

/** The part of what is asked for that the user may have; what is empty is left out. */
export function grant(user: TokenUser, asked: readonly Access[]): Access[] {
  return asked
    .map(({ type, name, actions }) => {
      const allowed = user.access
        .filter((rule) => rule.type === type && matches(rule.name, name))
        .flatMap((rule) => rule.actions);
      return {
        type,
        name,
        actions: allowed.includes("*") ? actions : actions.filter((one) => allowed.includes(one)),
      };
    })
    .filter(({ actions }) => actions.length > 0);
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
