import { UserError } from "../errors";
import type { Credentials } from "../oci/credentials";

/** A login with the moment at which it ends. */
export interface ShortLived {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch; 0: not told, so that it is asked for again at the next use. */
  readonly expires: number;
}

/** A token is not handed out again this long before its end: a push may take so long. */
const MARGIN_MS = 5 * 60_000;

const held = new Map<string, Promise<ShortLived>>();

/**
 * A short-lived login, asked for once and kept in this process's memory until shortly before its
 * end: a release of many services uses one. Askers at the same time wait for the same answer; a
 * failure is not kept.
 * @param key what decides which login it is
 */
export async function shortLived(
  key: readonly unknown[],
  ask: () => Promise<ShortLived>,
): Promise<Credentials> {
  const name = JSON.stringify(key);
  const known = held.get(name);
  if (known !== undefined) {
    const { credentials, expires } = await known;
    if (expires - MARGIN_MS > Date.now()) return credentials;
  }
  // Whoever waited for the same ended one asks once together.
  const current = held.get(name);
  const fetched = current === undefined || current === known ? ask() : current;
  held.set(name, fetched);
  try {
    return (await fetched).credentials;
  } catch (error) {
    if (held.get(name) === fetched) held.delete(name);
    throw error;
  }
}

/** The variables that choose a cloud's identity: another environment is another identity. */
export function identityVariables(names: RegExp): readonly (readonly [string, string])[] {
  return Object.entries(process.env).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
}

/**
 * Checks the end that a token service told.
 * @param ends milliseconds since the epoch; not finite: it told none
 * @returns 0 where it told none
 * @throws UserError `credentials-answer` for a token that has ended already
 */
export function expiryOf(ends: number, service: string): number {
  if (!Number.isFinite(ends)) return 0;
  if (ends > Date.now()) return ends;
  throw new UserError(
    `${service} gave a token that ended at ${new Date(ends).toISOString()}; check this machine's clock (\`timedatectl\`), and try again`,
    "credentials-answer",
  );
}
