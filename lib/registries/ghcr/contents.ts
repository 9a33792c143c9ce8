import { z } from "zod";
import { UserError } from "../../errors";
import type { GhcrSettings } from "../../settings/registrySettings";
import type { RegistryContents, StoredManifest } from "../contents";
import type { ContentsAccess } from "../contents/access";
import { MAX_PAGES, RestClient, type RestCall } from "../contents/rest";

const API = "https://api.github.com";
const PAGE = 100;
const MEND =
  "use a classic personal access token with read:packages (delete:packages for removing), or in " +
  "Actions a GITHUB_TOKEN of the repository that the package belongs to; " +
  "`gh auth refresh -s read:packages,delete:packages`";

const Owner = z.object({ type: z.string() });
const Versions = z.array(
  z.object({
    id: z.number(),
    name: z.string(),
    created_at: z.string().optional(),
    metadata: z
      .object({ container: z.object({ tags: z.array(z.string()) }).optional() })
      .optional(),
  }),
);

/**
 * GitHub's packages by its REST API: each manifest is a version of the package. A tag cannot be taken
 * from a version there.
 */
export function ghcrContents(
  { owner }: GhcrSettings,
  access: Pick<ContentsAccess, "credentials" | "signal">,
  api = API,
): RegistryContents {
  const versions = new PackageVersions(owner, restOf(access, api));
  return {
    list: async (repository) => ({ manifests: await versions.list(repository), complete: true }),
    removeTag: () => Promise.resolve(false),
    removeManifest: (repository, digest) => versions.remove(repository, digest),
  };
}

function restOf(
  { credentials, signal }: Pick<ContentsAccess, "credentials" | "signal">,
  api: string,
): RestClient {
  return new RestClient({
    api,
    name: "GitHub",
    mend: MEND,
    ...(signal === undefined ? {} : { signal }),
    headers: async () => ({
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      authorization: `Bearer ${(await credentials())?.password ?? ""}`,
    }),
  });
}

/** The versions of one owner's packages. */
class PackageVersions {
  /** Version ids by `repository@digest`; the API deletes by id alone. */
  private readonly ids = new Map<string, number>();
  private ownerPath: Promise<string> | undefined;

  public constructor(
    private readonly owner: string,
    private readonly rest: RestClient,
  ) {}

  public async list(repository: string): Promise<StoredManifest[]> {
    const doing = `list \`${repository}\``;
    const manifests: StoredManifest[] = [];
    let target: string | undefined = `${await this.pathOf(repository)}?per_page=${PAGE}`;
    for (let page = 0; target !== undefined; page += 1) {
      const call: RestCall = { target, doing, answers: [404] };
      if (page >= MAX_PAGES) throw this.rest.endless(call);
      const answer = await this.rest.request(call);
      if (answer.status === 404) return [];
      for (const { id, name, created_at, metadata } of this.rest.parse(call, Versions, answer)) {
        this.ids.set(`${repository}@${name}`, id);
        const tags = [...(metadata?.container?.tags ?? [])].sort();
        const pushed = created_at === undefined ? {} : { pushed: created_at };
        manifests.push({ digest: name, tags, ...pushed });
      }
      target = answer.next;
    }
    return manifests;
  }

  public async remove(repository: string, digest: string): Promise<boolean> {
    const key = `${repository}@${digest}`;
    if (!this.ids.has(key)) await this.list(repository);
    const id = this.ids.get(key);
    if (id === undefined) return false;
    const { status, body } = await this.rest.request({
      method: "DELETE",
      target: `${await this.pathOf(repository)}/${id}`,
      doing: `remove \`${key}\``,
      answers: [400, 404],
    });
    if (status === 400) throw kept(key, body);
    return status !== 404;
  }

  private async pathOf(repository: string): Promise<string> {
    const prefix = `${this.owner}/`;
    const name = repository.startsWith(prefix) ? repository.slice(prefix.length) : repository;
    const place = await (this.ownerPath ??= this.findOwner());
    return `${place}/packages/container/${encodeURIComponent(name)}/versions`;
  }

  /** Users and organisations have different paths. */
  private async findOwner(): Promise<string> {
    const { owner, rest } = this;
    const call: RestCall = { target: `/users/${owner}`, doing: `find the owner \`${owner}\`` };
    const { type } = rest.parse(call, Owner, await rest.request(call));
    return `/${type === "Organization" ? "orgs" : "users"}/${owner}`;
  }
}

/** GitHub keeps the last tagged version of a package, and public ones with over 5,000 downloads. */
function kept(key: string, body: unknown): UserError {
  const words = (body as { message?: string } | null)?.message ?? "without a reason";
  return new UserError(
    `GitHub keeps \`${key}\`: ${words.replace(/\s+/g, " ")}; remove it in the package's settings if it has to go`,
    "registry-denied",
  );
}
