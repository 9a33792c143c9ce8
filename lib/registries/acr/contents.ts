import { z } from "zod";
import { isDigest } from "../../oci/digest";
import type { AcrSettings } from "../../settings/registrySettings";
import type { RegistryContents, StoredManifest } from "../contents";
import type { ContentsAccess } from "../contents/access";
import { MAX_PAGES, RestClient, type RestCall, type RestOptions } from "../contents/rest";

const PAGE = 500;
const MEND = "`az login`, and the role AcrPull to list or AcrDelete to remove";

const Token = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/) });
const Page = z.object({
  manifests: z
    .array(
      z.object({
        digest: z.string(),
        createdTime: z.string().optional(),
        lastUpdateTime: z.string().optional(),
        tags: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});
/** ACR's tokens are good for 75 minutes at least. */
const TOKEN_MS = 30 * 60_000;

/**
 * Azure Container Registry by its own API beside `/v2/`, which lists untagged manifests and tells when
 * each was pushed. Manifests are removed as the distribution specification has it.
 */
export function acrContents(
  { endpoint: { server } }: Pick<AcrSettings, "endpoint">,
  { client, credentials, signal }: Pick<ContentsAccess, "client" | "credentials" | "signal">,
  api = `https://${server}`,
): RegistryContents {
  const options = { api, name: "Azure Container Registry", mend: MEND, ...(signal && { signal }) };
  const repositories = new AcrRepositories(new AcrLogin(server, credentials, options));
  return {
    list: async (repository) => ({
      manifests: await repositories.list(repository),
      complete: true,
    }),
    removeTag: (repository, tag) => repositories.removeTag(repository, tag),
    removeManifest: (repository, digest) => client.deleteManifest(repository, digest),
  };
}

/** The repositories of one registry. */
class AcrRepositories {
  public constructor(private readonly login: AcrLogin) {}

  public async list(repository: string): Promise<StoredManifest[]> {
    const rest = this.login.clientFor(`repository:${repository}:metadata_read`);
    const manifests: StoredManifest[] = [];
    let target: string | undefined = `/acr/v1/${repository}/_manifests?n=${PAGE}`;
    for (let page = 0; target !== undefined; page += 1) {
      const call: RestCall = { target, doing: `list \`${repository}\``, answers: [404] };
      if (page >= MAX_PAGES) throw rest.endless(call);
      const answer = await rest.request(call);
      if (answer.status === 404) return [];
      const found = rest.parse(call, Page, answer).manifests ?? [];
      for (const { digest, tags, createdTime } of found) {
        if (!isDigest(digest)) continue;
        const pushed = createdTime === undefined ? {} : { pushed: createdTime };
        manifests.push({ digest, tags: [...(tags ?? [])].sort(), ...pushed });
      }
      target = answer.next;
    }
    return manifests;
  }

  public async removeTag(repository: string, tag: string): Promise<boolean> {
    const rest = this.login.clientFor(`repository:${repository}:delete`);
    const target = `/acr/v1/${repository}/_tags/${tag}`;
    const doing = `remove \`${repository}:${tag}\``;
    const { status } = await rest.request({ method: "DELETE", target, doing, answers: [404] });
    return status !== 404;
  }
}

/** The API's clients: each logs in for one scope, and anew before its token is spent. */
class AcrLogin {
  public constructor(
    private readonly server: string,
    private readonly credentials: ContentsAccess["credentials"],
    private readonly options: Omit<RestOptions, "headers">,
  ) {}

  public clientFor(scope: string): RestClient {
    let token: { readonly value: Promise<string>; readonly since: number } | undefined;
    return new RestClient({
      ...this.options,
      headers: async () => {
        if (token === undefined || Date.now() - token.since > TOKEN_MS) {
          token = { value: this.askToken(scope), since: Date.now() };
        }
        return { authorization: `Bearer ${await token.value}` };
      },
    });
  }

  /** Basic authorization with the registry token as password, as docker has it. */
  private async askToken(scope: string): Promise<string> {
    const { username = "", password = "" } = (await this.credentials()) ?? {};
    const basic = Buffer.from(`${username}:${password}`).toString("base64");
    const headers = { authorization: `Basic ${basic}` };
    const tokens = new RestClient({ ...this.options, headers: () => Promise.resolve(headers) });
    const query = new URLSearchParams({ service: this.server, scope });
    const call: RestCall = { target: `/oauth2/token?${query.toString()}`, doing: "log in" };
    return tokens.parse(call, Token, await tokens.request(call)).access_token;
  }
}
