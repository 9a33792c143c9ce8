import { z } from "zod";
import { isDigest } from "../../oci/digest";
import type { RegistryContents, StoredImage, StoredManifest } from "../contents";
import type { ContentsAccess } from "../contents/access";
import { MAX_PAGES, RestClient, type RestCall } from "../contents/rest";

const API = "https://hub.docker.com";
const PAGE = 100;
const MEND =
  "log in with a personal access token of Docker Hub that may read, write and delete; an " +
  "organisation's token needs image-push";

const Login = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/) });
const Image = z.object({
  digest: z.string().nullish(),
  os: z.string().nullish(),
  architecture: z.string().nullish(),
  variant: z.string().nullish(),
  size: z.number().nullish(),
});
const Page = z.object({
  next: z.string().nullish(),
  results: z.array(
    z.object({
      name: z.string(),
      digest: z.string().nullish(),
      last_updated: z.string().nullish(),
      tag_last_pushed: z.string().nullish(),
      images: z.array(Image).nullish(),
    }),
  ),
});
type Tag = z.infer<typeof Page>["results"][number];

/**
 * Docker Hub by its own API, whose list tells what is behind each tag without a pull. Only tags can be
 * removed there: untagged manifests are cleaned up by Docker Hub itself.
 */
export function dockerHubContents(
  access: Pick<ContentsAccess, "credentials" | "signal">,
  api = API,
): RegistryContents {
  const hub = new HubTags(restOf(access, api));
  return {
    list: async (repository) => ({
      manifests: storedOf(await hub.list(repository)),
      complete: false,
    }),
    removeTag: (repository, tag) => hub.remove(repository, tag),
    removeManifest: async (repository, digest) => {
      const its = storedOf(await hub.list(repository)).find((one) => one.digest === digest);
      let removed = false;
      for (const tag of its?.tags ?? []) removed = (await hub.remove(repository, tag)) || removed;
      return removed;
    },
  };
}

/** The API's client, which logs in once, at its first request. */
function restOf(
  { credentials, signal }: Pick<ContentsAccess, "credentials" | "signal">,
  api: string,
): RestClient {
  const options = { api, name: "Docker Hub", mend: MEND, ...(signal && { signal }) };
  const logins = new RestClient({ ...options, headers: () => Promise.resolve({}) });
  const logIn = async (): Promise<string | undefined> => {
    const login = await credentials();
    if (login === undefined) return undefined;
    const body = { identifier: login.username, secret: login.password };
    const doing = `log in as \`${login.username}\``;
    const call: RestCall = { method: "POST", target: "/v2/auth/token", doing, body };
    return logins.parse(call, Login, await logins.request(call)).access_token;
  };
  let token: Promise<string | undefined> | undefined;
  return new RestClient({
    ...options,
    headers: async () => {
      const value = await (token ??= logIn());
      return value === undefined ? {} : { authorization: `Bearer ${value}` };
    },
  });
}

class HubTags {
  public constructor(private readonly rest: RestClient) {}

  public async list(repository: string): Promise<Tag[]> {
    const tags: Tag[] = [];
    const first = `/v2/namespaces/${hubPath(repository)}/tags?page_size=${PAGE}`;
    let target: string | undefined = first;
    for (let page = 0; target !== undefined; page += 1) {
      const call: RestCall = { target, doing: `list \`${repository}\``, answers: [404] };
      if (page >= MAX_PAGES) throw this.rest.endless(call);
      const answer = await this.rest.request(call);
      if (answer.status === 404) return [];
      const { next, results } = this.rest.parse(call, Page, answer);
      tags.push(...results);
      target = next ?? undefined;
    }
    return tags;
  }

  /** The documented API has no way to remove a tag; this is the one that Docker's own tools take. */
  public async remove(repository: string, tag: string): Promise<boolean> {
    const target = `/v2/repositories/${repository}/tags/${tag}/`;
    const doing = `remove \`${repository}:${tag}\``;
    const { status } = await this.rest.request({ method: "DELETE", target, doing, answers: [404] });
    return status !== 404;
  }
}

function hubPath(repository: string): string {
  const [owner = "", ...name] = repository.split("/");
  return `${owner}/repositories/${name.join("/")}`;
}

/** Tags of one digest together; a tag of a single image carries that image's digest. */
function storedOf(tags: readonly Tag[]): StoredManifest[] {
  const stored = new Map<string, StoredManifest>();
  for (const { name, digest, images, tag_last_pushed, last_updated } of tags) {
    const own = digest ?? (images?.length === 1 ? images[0]?.digest : undefined) ?? "";
    if (!isDigest(own)) continue;
    const known = stored.get(own);
    const dates = [known?.pushed, tag_last_pushed ?? last_updated ?? undefined];
    // As young as its youngest tag: who pushed it again wants it.
    const pushed = dates
      .filter((date) => date !== undefined)
      .sort()
      .at(-1);
    stored.set(own, {
      digest: own,
      tags: [...(known?.tags ?? []), name].sort(),
      ...(pushed === undefined ? {} : { pushed }),
      images: (images ?? []).flatMap(imageOf),
    });
  }
  return [...stored.values()];
}

function imageOf({
  digest,
  os,
  architecture,
  variant,
  size,
}: z.infer<typeof Image>): StoredImage[] {
  if (digest === undefined || digest === null || !isDigest(digest)) return [];
  const platform = [os ?? "unknown", architecture ?? "unknown", variant ?? ""]
    .filter((part) => part !== "")
    .join("/");
  return [{ digest, platform, size: size ?? 0 }];
}
