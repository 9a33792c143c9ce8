import { z } from "zod";
import {
  dayOf,
  daysBetween,
  fine,
  LAST_DAYS,
  MOST_DAYS,
  type TokenReport,
  worrying,
} from "./report";

/** `GET https://hub.docker.com/v2/access-tokens`, as far as it is read. */
export const hubTokens = z.object({
  results: z.array(
    z.object({
      token_label: z.string(),
      is_active: z.boolean(),
      created_at: z.iso.datetime(),
      expires_at: z.iso.datetime().nullish(),
    }),
  ),
});

export type HubTokens = z.infer<typeof hubTokens>;

const PERSONAL = "dckr_pat_";
const ORGANISATION = "dckr_oat_";

/** What a secret's own form tells; undefined: Docker Hub has to be asked. */
export function hubReportByForm(secret: string): TokenReport | undefined {
  if (secret.startsWith(PERSONAL)) return undefined;
  if (secret.startsWith(ORGANISATION)) {
    return fine("an organisation's access token, whose age Docker Hub tells its owners alone");
  }
  return worrying("the login is the account's password, which opens everything");
}

/**
 * How the account's personal tokens stand at `now`. Docker Hub does not tell which of them asked, so
 * all that are active count.
 */
export function hubReport({ results }: HubTokens, now: Date): TokenReport {
  const active = results.filter((one) => one.is_active);
  const ages = active.map(({ token_label, created_at, expires_at }) => ({
    label: token_label,
    age: daysBetween(new Date(created_at), now),
    ...(typeof expires_at === "string" ? { expires: new Date(expires_at) } : {}),
  }));
  const old = ages.filter(({ age }) => age > MOST_DAYS);
  if (old.length > 0) {
    const named = old.map(({ label, age }) => `“${label}” (${age.toString()} days)`);
    return worrying(`access tokens older than ${MOST_DAYS.toString()} days: ${named.join(", ")}`);
  }
  const ending = ages.flatMap(({ label, expires }) =>
    expires !== undefined && daysBetween(now, expires) < LAST_DAYS
      ? [`“${label}” on ${dayOf(expires)}`]
      : [],
  );
  if (ending.length > 0) return worrying(`access tokens end: ${ending.join(", ")}`);
  const oldest = Math.max(0, ...ages.map(({ age }) => age));
  return fine(
    `${active.length.toString()} access tokens, the oldest ${oldest.toString()} days old`,
  );
}
