import { UserError } from "../../errors";
import { isIndexType } from "../../oci/mediaTypes";
import type { Manifest } from "../../oci/registryClient";
import { BlobCopies } from "./blobCopies";
import type { CopyEnd, CopyStep } from "./copyTypes";
import { type NamedManifest, manifestParts } from "./manifestParts";

/** A signature of an SBOM of an image of an index lies at depth 3; nothing real goes deeper. */
const MAX_DEPTH = 5;
const MAX_MANIFESTS = 1000;

type Role = "manifest" | "referrer";

/** Copies manifests with all that they need and, where asked, with all that refers to them. */
export class ManifestCopies {
  private readonly blobs: BlobCopies;
  private readonly started = new Map<string, Promise<void>>();

  public constructor(
    private readonly from: CopyEnd,
    private readonly to: CopyEnd,
    private readonly referrers: boolean,
    known: Map<string, string>,
    private readonly done: (step: CopyStep) => void,
  ) {
    this.blobs = new BlobCopies(from, to, known, done);
  }

  public async copyRoot(manifest: Manifest): Promise<void> {
    const there = await this.isThere(manifest.digest);
    await this.copyRead(manifest, there, 0, "manifest");
  }

  private copyNamed(named: NamedManifest, depth: number, role: Role): Promise<void> {
    const started = this.started.get(named.digest);
    if (started !== undefined) return started;
    if (depth > MAX_DEPTH || this.started.size >= MAX_MANIFESTS) {
      throw new UserError(
        `\`${this.nameOf(named.digest)}\` belongs to more than ${MAX_MANIFESTS} manifests, or ${MAX_DEPTH} levels of them; nothing real does: copy its parts one by one, or without what refers to it`,
        "image-invalid",
      );
    }
    const copied = this.copyOnce(named, depth, role);
    this.started.set(named.digest, copied);
    return copied;
  }

  private async copyOnce(named: NamedManifest, depth: number, role: Role): Promise<void> {
    const there = await this.isThere(named.digest);
    // Of an image that is there everything is there; the images of an index may have been removed since.
    if (there && named.mediaType !== undefined && !isIndexType(named.mediaType)) {
      this.note(named.digest, "present", 0, role);
      await this.copyReferrers(named.digest, depth);
      return;
    }
    await this.copyRead(await this.read(named.digest), there, depth, role);
  }

  private async copyRead(
    manifest: Manifest,
    there: boolean,
    depth: number,
    role: Role,
  ): Promise<void> {
    const { client, repository } = this.to;
    const { digest, bytes, mediaType } = manifest;
    const { children, blobs, subject } = manifestParts(manifest, this.nameOf(digest));
    await all(children.map((child) => () => this.copyNamed(child, depth + 1, "manifest")));
    if (there) {
      this.note(digest, "present", bytes.length, role);
    } else {
      await all(blobs.map((blob) => () => this.blobs.copy(blob)));
      if (subject === undefined) {
        await client.putManifest(repository, digest, bytes, mediaType);
      } else {
        await client.attachReferrer(repository, bytes, mediaType);
      }
      this.note(digest, "uploaded", bytes.length, role);
    }
    await this.copyReferrers(digest, depth);
  }

  private async copyReferrers(subject: string, depth: number): Promise<void> {
    if (!this.referrers) return;
    const { from, to } = this;
    const theirs = await from.client.listReferrers(from.repository, subject);
    if (theirs.length === 0) return;
    await all(theirs.map((referrer) => () => this.copyNamed(referrer, depth + 1, "referrer")));
    // A manifest that was there already may still be missing in the target's own list.
    const listed = await to.client.listReferrers(to.repository, subject);
    const ours = new Set(listed.map(({ digest }) => digest));
    for (const { digest } of theirs) {
      if (ours.has(digest)) continue;
      const manifest = await this.read(digest);
      if (manifestParts(manifest, this.nameOf(digest)).subject !== subject) continue;
      await to.client.attachReferrer(to.repository, manifest.bytes, manifest.mediaType);
    }
  }

  private async isThere(digest: string): Promise<boolean> {
    return (await this.to.client.headManifest(this.to.repository, digest)) !== undefined;
  }

  private async read(digest: string): Promise<Manifest> {
    const manifest = await this.from.client.getManifest(this.from.repository, digest);
    if (manifest !== undefined) return manifest;
    throw new UserError(
      `\`${this.nameOf(digest)}\` is not in the registry, although another manifest names it (was it cleaned up?); name another version, or publish this one anew under another number`,
      "image-incomplete",
    );
  }

  private note(digest: string, how: CopyStep["how"], size: number, role: Role): void {
    this.done({ what: role, name: digest, how, size });
  }

  private nameOf(digest: string): string {
    return `${this.from.client.server}/${this.from.repository}@${digest}`;
  }
}

/** Waits for all of it, also where one fails: nothing goes on behind a caller's back. */
async function all(works: readonly (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(works.map(async (work) => work()));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
