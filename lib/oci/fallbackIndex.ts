import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors";
import { canonicalJson } from "./canonicalJson";
import type { ManifestCalls } from "./manifestCalls";
import { OCI_INDEX } from "./mediaTypes";
import { type ReferrerEntry, ReferrerList } from "./referrerList";
import { parseJson } from "./registryErrors";

const MAX_ATTEMPTS = 5;
/** Another writer's read and write lie about as far apart. */
const SETTLE_MS = 50;

/** Writers of this process to one tag wait for each other, whichever clients they have. */
const writers = new Map<string, Promise<void>>();

/** Tag of the index that lists the referrers where the registry does not: `sha256-<hex>`. */
export function fallbackTag(digest: string): string {
  return digest.replace(":", "-");
}

/** Lists of referrers under tags (distribution-spec 1.1, "Referrers Tag Schema"). */
export class FallbackIndexes {
  /** @param server for messages */
  public constructor(
    private readonly server: string,
    private readonly manifests: ManifestCalls,
  ) {}

  /** @throws UserError `referrer-invalid` where the tag is something else */
  public async read(repository: string, subject: string): Promise<ReferrerEntry[]> {
    return (await this.open(repository, subject)).entries;
  }

  /** Adds an entry unless it is there. @throws UserError `referrer-conflict` where it does not stay */
  public async add(repository: string, subject: string, entry: ReferrerEntry): Promise<void> {
    const key = `${this.server}/${repository}@${subject}`;
    const previous = writers.get(key) ?? Promise.resolve();
    const own = previous
      .catch(() => undefined)
      .then(() => this.addInTurn(repository, subject, entry));
    writers.set(key, own);
    try {
      await own;
    } finally {
      if (writers.get(key) === own) writers.delete(key);
    }
  }

  /**
   * Reads, adds, writes, and looks whether it stayed: registries know no conditional write, so another
   * writer who read before us may have put an index without our entry.
   */
  private async addInTurn(
    repository: string,
    subject: string,
    entry: ReferrerEntry,
  ): Promise<void> {
    const tag = fallbackTag(subject);
    for (let attempt = 0; attempt <= MAX_ATTEMPTS; attempt++) {
      const before = await this.open(repository, subject);
      if (before.entries.some(({ digest }) => digest === entry.digest)) return;
      if (attempt === MAX_ATTEMPTS) break;
      const manifests = [...before.entries, entry];
      const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
      const bytes = Buffer.from(canonicalJson(index), "utf8");
      const now = await this.manifests.head(repository, tag);
      if (now?.digest !== before.digest) continue;
      await this.manifests.put(repository, tag, bytes, OCI_INDEX);
      await sleep(SETTLE_MS * (1 + Math.random()));
    }
    throw new UserError(
      `the tag \`${tag}\` of \`${this.server}/${repository}\`, which lists what refers to ${subject}, does not keep ${entry.digest}: others write it at the same time, or it is immutable; run again, or allow it to move`,
      "referrer-conflict",
    );
  }

  private async open(
    repository: string,
    subject: string,
  ): Promise<{ readonly digest?: string; readonly entries: ReferrerEntry[] }> {
    const tag = fallbackTag(subject);
    const index = await this.manifests.get(repository, tag);
    if (index === undefined) return { entries: [] };
    const list = ReferrerList.safeParse(parseJson(index.bytes.toString("utf8")));
    if (list.success && index.mediaType === OCI_INDEX) {
      return { digest: index.digest, entries: list.data.manifests ?? [] };
    }
    throw new UserError(
      `the tag \`${tag}\` of \`${this.server}/${repository}\` is reserved for the list of referrers, and holds none; remove it`,
      "referrer-invalid",
    );
  }
}
