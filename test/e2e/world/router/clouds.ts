import { githubCloud } from "./cloud/github";
import type { CloudQuestion, CloudStore } from "./cloud/store";
import { awsCloud } from "./cloud/aws";
import { azureCloud } from "./cloud/azure";
import { googleCloud } from "./cloud/gcp";
import type { Entry, Site } from "./exchange";
import { aws, AWS_KEYS } from "./sites/aws";
import { azure, AZURE_SECRETS } from "./sites/azure";
import { company, COMPANY_USERS } from "./sites/company";
import { dockerHub, HUB_TOKENS } from "./sites/dockerHub";
import { ghcr, GITHUB_TOKENS } from "./sites/ghcr";
import { githubRest } from "./sites/githubRest";
import { googleRest } from "./sites/googleRest";
import { hubApi } from "./sites/hubApi";
import { google, GOOGLE_SECRETS } from "./sites/google";
import { Tokens } from "./tokens";

/** What users of the world log in with, beside the tokens that it gives out. */
const PLANTED_CREDENTIALS: readonly string[] = [
  ...Object.values(COMPANY_USERS).map(({ password }) => password),
  ...Object.values(GITHUB_TOKENS),
  ...Object.values(HUB_TOKENS),
  ...Object.values(GOOGLE_SECRETS),
  ...Object.values(AZURE_SECRETS),
  ...Object.values(AWS_KEYS).map(({ secret }) => secret),
];

/** Everything that the router plays, and what the tests and the plugins ask behind the scenes. */
export class Clouds {
  /** Every answer since the tests asked last. */
  public readonly log: Entry[] = [];
  public readonly sites: readonly Site[];
  private readonly tokens = new Tokens();
  /** By the names of their npm packages. */
  private readonly stores: Readonly<Record<string, CloudStore>>;

  public constructor() {
    const gcp = googleCloud();
    const amazon = awsCloud();
    const microsoft = azureCloud();
    this.stores = { aws: amazon, gcp, "azure-native": microsoft, github: githubCloud() };
    this.sites = [
      company(),
      ghcr(this.tokens),
      githubRest(),
      dockerHub(this.tokens),
      hubApi(this.tokens),
      ...aws(this.tokens, amazon),
      ...google(this.tokens, gcp),
      googleRest(this.tokens),
      ...azure(this.tokens, microsoft),
    ];
  }

  /** Throws where nobody answers, or the cloud refuses: the error has its words. */
  public async ask(question: string, parameters: unknown): Promise<unknown> {
    if (question.startsWith("cloud/")) {
      // Only plugins of ours ask these.
      const asked = parameters as CloudQuestion;
      return this.store(asked.cloud).answer(question.slice("cloud/".length), asked);
    }
    switch (question) {
      case "log":
        return this.log.splice(0);
      case "credentials":
        return [...this.tokens.all(), ...PLANTED_CREDENTIALS];
      case "expire":
        this.tokens.expireAll();
        return undefined;
      case "held":
        return this.store((parameters as Pick<CloudQuestion, "cloud">).cloud).all();
      default:
        throw new Error(`nobody answers ${question}`);
    }
  }

  private store(cloud: string): CloudStore {
    const store = this.stores[cloud];
    if (store === undefined) throw new Error(`there is no emulator for ${cloud}`);
    return store;
  }
}
