import { UserError } from "../errors";
import type { RegistryConnection } from "./connection";
import { digestOf } from "./digest";
import { FallbackIndexes } from "./fallbackIndex";
import type { ManifestCalls, ManifestHead } from "./manifestCalls";
import { OCI_INDEX } from "./mediaTypes";
import { assertDigest, assertRepository } from "./names";
import { pagesOf } from "./pages";
import { type ReferrerEntry, ReferrerList, referringOf } from "./referrerList";
import { parseJson } from "./registryErrors";
import type { HttpResponse } from "./transport";

/** A manifest that refers to another one as its subject. */
export interface Referrer extends ManifestHead {
  /**
   * What it is, e.g. `application/vnd.dev.sigstore.bundle.v0.3+json`. Absent where the list cannot be
   * trusted in this: fallback indexes at GHCR have wrong ones.
   */
  readonly artifactType?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Without the list the answer is 404; some registries do not know the path's methods at all. */
const NO_API = new Set([404, 405, 501]);

/** Referrers of distribution-spec 1.1, with the fallback for registries that keep no list of them. */
export class ReferrerCalls {
  private readonly fallback: FallbackIndexes;

  public constructor(
    private readonly connection: RegistryConnection,
    private readonly manifests: ManifestCalls,
  ) {
    this.fallback = new FallbackIndexes(connection.server, manifests);
  }

  public async list(
    repository: string,
    digest: string,
    artifactType?: string,
  ): Promise<Referrer[]> {
    assertRepository(repository);
    assertDigest(digest);
    const listed = await this.listed(repository, digest);
    if (listed !== undefined) {
      const all = listed.map(referrerOf);
      if (artifactType === undefined) return all;
      return all.filter((referrer) => referrer.artifactType === artifactType);
    }
    const entries = await this.fallback.read(repository, digest);
    const untyped = entries.map((entry) => referrerOf({ ...entry, artifactType: undefined }));
    if (artifactType === undefined) return untyped;
    return this.ofType(repository, digest, untyped, artifactType);
  }

  public async attach(repository: string, bytes: Buffer, mediaType: string): Promise<string> {
    const referring = referringOf(parseJson(bytes.toString("utf8")));
    if (referring === undefined) {
      const text = `the manifest \`${digestOf(bytes)}\` names no \`subject\`; put it as an ordinary manifest, or give it one`;
      throw new UserError(text, "referrer-invalid");
    }
    const { subject, ...described } = referring;
    const stored = await this.manifests.put(repository, digestOf(bytes), bytes, mediaType);
    if (stored.subject === subject) return stored.digest;
    const entry = { mediaType, digest: stored.digest, size: bytes.length, ...described };
    await this.fallback.add(repository, subject, entry);
    return stored.digest;
  }

  /** undefined: the registry has no list of referrers. */
  private async listed(repository: string, digest: string): Promise<ReferrerEntry[] | undefined> {
    const pages = pagesOf(this.connection, {
      target: `/v2/${repository}/referrers/${digest}`,
      action: "pull",
      repository,
      headers: { accept: OCI_INDEX },
      expected: [200, ...NO_API],
      list: "list of referrers",
    });
    const found = new Map<string, ReferrerEntry>();
    for await (const { call, response } of pages) {
      // GHCR leads such a path to a page for people.
      if (NO_API.has(response.status) || !isIndex(response)) return undefined;
      const page = ReferrerList.safeParse(parseJson(response.body.toString("utf8")));
      if (!page.success) {
        throw this.connection.answerError(call, "its list of referrers is not JSON as specified");
      }
      for (const entry of page.data.manifests ?? []) found.set(entry.digest, entry);
    }
    return [...found.values()];
  }

  /** The manifests themselves tell their types; those that are gone do not count. */
  private async ofType(
    repository: string,
    subject: string,
    entries: readonly Referrer[],
    artifactType: string,
  ): Promise<Referrer[]> {
    const found: Referrer[] = [];
    for (const entry of entries) {
      const manifest = await this.manifests.get(repository, entry.digest);
      const referring = referringOf(parseJson(manifest?.bytes.toString("utf8") ?? ""));
      if (referring?.subject !== subject || referring.artifactType !== artifactType) continue;
      found.push({ ...entry, artifactType });
    }
    return found;
  }
}

function referrerOf({ mediaType, digest, size, artifactType, annotations }: Described): Referrer {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    annotations: annotations ?? {},
  };
}

type Described = Omit<ReferrerEntry, "artifactType"> & { artifactType?: string | undefined };

function isIndex({ headers }: HttpResponse): boolean {
  return headers["content-type"]?.split(";")[0]?.trim() === OCI_INDEX;
}
