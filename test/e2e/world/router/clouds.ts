import type { Entry, Site } from "./exchange";
import { ghcr, GITHUB_TOKENS } from "./sites/ghcr";
import { company, COMPANY_USERS } from "./sites/company";
import { Tokens } from "./tokens";

/** What users of the world log in with, beside the tokens that it gives out. */
const PLANTED_CREDENTIALS: readonly string[] = [
  ...Object.values(COMPANY_USERS).map(({ password }) => password),
  ...Object.values(GITHUB_TOKENS),
];

/** Everything that the router plays, and what the tests ask behind the scenes. */
export class Clouds {
  /** Every answer since the tests asked last. */
  public readonly log: Entry[] = [];
  public readonly sites: readonly Site[];
  private readonly tokens = new Tokens();

  public constructor() {
    this.sites = [company(), ghcr(this.tokens)];
  }

  public ask(question: string): Promise<unknown> {
    switch (question) {
      case "log":
        return Promise.resolve(this.log.splice(0));
      case "credentials":
        return Promise.resolve([...this.tokens.all(), ...PLANTED_CREDENTIALS]);
      case "expire":
        this.tokens.expireAll();
        return Promise.resolve(undefined);
      default:
        throw new Error(`nobody answers ${question}`);
    }
  }
}
