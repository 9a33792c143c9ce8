import { randomBytes } from "node:crypto";

/** Who holds a token, what for, and until when. */
export interface Issued {
  readonly token: string;
  /** What it opens, e.g. `ghcr`. */
  readonly audience: string;
  readonly subject: string;
  /** `REPOSITORY:ACTION` of a registry's token; undefined: all that the subject may. */
  readonly scopes?: ReadonlySet<string>;
  readonly expires: number;
}

/** Begins every credential of a world, so that one is known wherever it turns up. */
export const PLANTED = "planted-";

/** The tokens of every site: opaque, short-lived, each for one holder and one audience. */
export class Tokens {
  private readonly issued = new Map<string, Issued>();

  /** @param write puts the random part into a token's form; default: the token is nothing else */
  public issue(
    audience: string,
    subject: string,
    seconds: number,
    scopes?: ReadonlySet<string>,
    write = (random: string): string => random,
  ): string {
    const token = write(`${PLANTED}${audience}-token-${randomBytes(12).toString("hex")}`);
    const expires = Date.now() + seconds * 1000;
    const issued = { token, audience, subject, expires };
    this.issued.set(token, scopes === undefined ? issued : { ...issued, scopes });
    return token;
  }

  /** Who holds a token now; `expired` for one that was good once. */
  public find(audience: string, token: string): Issued | "expired" | undefined {
    const found = this.issued.get(token);
    if (found?.audience !== audience) return undefined;
    return found.expires <= Date.now() ? "expired" : found;
  }

  /** Ends all that was issued so far. */
  public expireAll(): void {
    for (const [token, issued] of this.issued) this.issued.set(token, { ...issued, expires: 0 });
  }

  /** Every token that was ever given out. */
  public all(): readonly string[] {
    return [...this.issued.keys()];
  }
}
