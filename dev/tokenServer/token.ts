import { randomUUID, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Access } from "./access";

/** Seconds that a token is good for. */
export const TOKEN_SECONDS = 300;
/** Clocks may differ by this much. */
const SKEW_SECONDS = 30;

/** What a token says, and with what it is signed. */
export interface TokenClaims {
  readonly issuer: string;
  /** The registry's `service`. */
  readonly audience: string;
  readonly subject: string;
  readonly access: readonly Access[];
}

/**
 * A JSON Web Token as the distribution project's registries verify it: ES256 with the certificate
 * in `x5c`, which registry 2.8 and 3 both check against their `rootcertbundle`.
 */
export function signToken(
  claims: TokenClaims,
  { key, x5c }: { key: KeyObject; x5c: string },
  now = new Date(),
): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const header = { typ: "JWT", alg: "ES256", x5c: [x5c] };
  const body = {
    iss: claims.issuer,
    aud: claims.audience,
    sub: claims.subject,
    iat: seconds,
    nbf: seconds - SKEW_SECONDS,
    exp: seconds + TOKEN_SECONDS,
    jti: randomUUID(),
    access: claims.access,
  };
  const text = `${base64url(header)}.${base64url(body)}`;
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
