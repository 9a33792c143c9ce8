import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../errors";
import { isDigest } from "../../oci/digest";
import type { GarSettings } from "../../settings/registrySettings";
import type { RegistryContents, StoredManifest } from "../contents";
import type { ContentsAccess } from "../contents/access";
import { MAX_PAGES, RestClient, type RestCall } from "../contents/rest";

const API = "https://artifactregistry.googleapis.com";
const PAGE = 1000;
const MEND =
  "`gcloud auth application-default login`, and for removing the role " +
  "roles/artifactregistry.repoAdmin on the repository";

const Version = z.object({ name: z.string(), createTime: z.string().optional() });
type Version = z.infer<typeof Version>;
const Versions = z.object({
  versions: z.array(Version).optional(),
  nextPageToken: z.string().optional(),
});
const Tag = z.object({ name: z.string(), version: z.string() });
type Tag = z.infer<typeof Tag>;
const Tags = z.object({
  tags: z.array(Tag).optional(),
  nextPageToken: z.string().optional(),
});
const Operation = z.object({
  name: z.string().optional(),
  done: z.boolean().optional(),
  error: z.object({ message: z.string().optional() }).optional(),
});
/** Removing is an operation that may take a while. */
const POLL_MS = 500;
const POLLS = 120;

/** Google Artifact Registry by its own API, which lists untagged versions and tells when each came. */
export function garContents(
  settings: GarSettings,
  access: Pick<ContentsAccess, "credentials" | "signal">,
  api = API,
): RegistryContents {
  const packages = new GarPackages(restOf(access, api));
  return {
    list: async (repository) => ({
      manifests: await packages.list(packagePath(settings, repository), repository),
      complete: true,
    }),
    removeTag: (repository, tag) =>
      packages.remove(
        `${packagePath(settings, repository)}/tags/${encodeURIComponent(tag)}`,
        `remove \`${repository}:${tag}\``,
      ),
    // `force`: with its tags; without it a tagged version is refused.
    removeManifest: (repository, digest) =>
      packages.remove(
        `${packagePath(settings, repository)}/versions/${digest}?force=true`,
        `remove \`${repository}@${digest}\``,
      ),
  };
}

function restOf(
  { credentials, signal }: Pick<ContentsAccess, "credentials" | "signal">,
  api: string,
): RestClient {
  return new RestClient({
    api,
    name: "Google Artifact Registry",
    mend: MEND,
    ...(signal === undefined ? {} : { signal }),
    headers: async () => ({ authorization: `Bearer ${(await credentials())?.password ?? ""}` }),
  });
}

/** The packages of one registry: each manifest is a version of its image's package. */
class GarPackages {
  public constructor(private readonly rest: RestClient) {}

  /** @param path the package's path in the API */
  public async list(path: string, repository: string): Promise<StoredManifest[]> {
    const doing = `list \`${repository}\``;
    const [versions, tags] = await Promise.all([
      this.pages({ target: `${path}/versions`, doing }, Versions),
      this.pages({ target: `${path}/tags`, doing }, Tags),
    ]);
    return storedOf(
      versions.flatMap((page) => page.versions ?? []),
      tags.flatMap((page) => page.tags ?? []),
    );
  }

  /** @returns false where it is not there */
  public async remove(target: string, doing: string): Promise<boolean> {
    const call: RestCall = { method: "DELETE", target, doing, answers: [404] };
    const answer = await this.rest.request(call);
    if (answer.status === 404) return false;
    await finish(this.rest, doing, this.rest.parse(call, Operation, answer));
    return true;
  }

  private async pages<T extends { readonly nextPageToken?: string | undefined }>(
    call: RestCall,
    schema: z.ZodType<T>,
  ): Promise<T[]> {
    const found: T[] = [];
    let token = "";
    do {
      if (found.length >= MAX_PAGES) throw this.rest.endless(call);
      const query = new URLSearchParams({ pageSize: String(PAGE) });
      if (token !== "") query.set("pageToken", token);
      const paged = { ...call, target: `${call.target}?${query.toString()}`, answers: [404] };
      const answer = await this.rest.request(paged);
      if (answer.status === 404) return [];
      const page = this.rest.parse(paged, schema, answer);
      found.push(page);
      token = page.nextPageToken ?? "";
    } while (token !== "");
    return found;
  }
}

/** The versions, each with the tags that point at it. */
function storedOf(versions: readonly Version[], tags: readonly Tag[]): StoredManifest[] {
  const tagged = new Map<string, string[]>();
  for (const { name, version } of tags) {
    const digest = lastOf(version);
    tagged.set(digest, [...(tagged.get(digest) ?? []), lastOf(name)]);
  }
  return versions
    .map(({ name, createTime }): StoredManifest => {
      const digest = lastOf(name);
      return {
        digest,
        tags: (tagged.get(digest) ?? []).sort(),
        ...(createTime === undefined ? {} : { pushed: createTime }),
      };
    })
    .filter(({ digest }) => isDigest(digest));
}

/** The image's own part of the path is the package; its slashes are no separators to the API. */
function packagePath({ project, location, repository, namespace }: GarSettings, path: string) {
  const name = path.startsWith(`${namespace}/`) ? path.slice(namespace.length + 1) : path;
  const place = `projects/${project}/locations/${location}/repositories/${repository}`;
  return `/v1/${place}/packages/${encodeURIComponent(name)}`;
}

function lastOf(name: string): string {
  return decodeURIComponent(name.slice(name.lastIndexOf("/") + 1));
}

async function finish(
  rest: RestClient,
  doing: string,
  first: z.infer<typeof Operation>,
): Promise<void> {
  let operation = first;
  for (let poll = 0; operation.name !== undefined && operation.done !== true; poll += 1) {
    if (poll >= POLLS) {
      throw new UserError(
        `Google Artifact Registry did not end the attempt to ${doing} within ` +
          `${(POLLS * POLL_MS) / 1000} s; look again later`,
        "registry-answer",
      );
    }
    await sleep(POLL_MS);
    const call: RestCall = { target: `/v1/${operation.name}`, doing };
    operation = rest.parse(call, Operation, await rest.request(call));
  }
  if (operation.error === undefined) return;
  const words = operation.error.message ?? "without a reason";
  throw new UserError(
    `Google Artifact Registry refuses to ${doing}: ${words}; what another image names goes after it`,
    "registry-denied",
  );
}
