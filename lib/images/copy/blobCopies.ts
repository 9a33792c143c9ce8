import { UserError } from "../../errors";
import type { BlobDescriptor } from "../../oci/verifiedStream";
import type { CopyEnd, CopyStep } from "./copyTypes";
import { atMost } from "./limit";

/** Each stream holds one connection to either side. */
const STREAMS = 4;

/** Copies blobs, each once, and at most four at a time. */
export class BlobCopies {
  private readonly started = new Map<string, Promise<void>>();
  private readonly limit = atMost(STREAMS);
  private fault: Error | undefined;

  public constructor(
    private readonly from: CopyEnd,
    private readonly to: CopyEnd,
    private readonly known: Map<string, string>,
    private readonly done: (step: CopyStep) => void,
  ) {}

  public copy(blob: BlobDescriptor): Promise<void> {
    const started =
      this.started.get(blob.digest) ??
      this.limit(async () => {
        // What waits behind a failure would be sent for nothing.
        if (this.fault !== undefined) throw this.fault;
        const how = await this.bring(blob).catch((error: unknown) => {
          this.fault = error instanceof Error ? error : new Error(String(error));
          throw this.fault;
        });
        this.known.set(blob.digest, this.to.repository);
        this.done({ what: "blob", name: blob.digest, how, size: blob.size });
      });
    this.started.set(blob.digest, started);
    return started;
  }

  private async bring(blob: BlobDescriptor): Promise<CopyStep["how"]> {
    const { from, to } = this;
    if (await to.client.hasBlob(to.repository, blob.digest)) return "present";
    const neighbour =
      from.client.server === to.client.server ? from.repository : this.known.get(blob.digest);
    if (neighbour !== undefined && neighbour !== to.repository) {
      if (await this.mount(blob.digest, neighbour)) return "mounted";
    }
    await to.client.putBlobStream(to.repository, blob, async (consume) => {
      if (await from.client.getBlobStream(from.repository, blob, consume)) return;
      throw new UserError(
        `\`${from.client.server}/${from.repository}\` is incomplete: blob ${blob.digest} is not in the registry (was it cleaned up?); name another version, or publish this one anew under another number`,
        "image-incomplete",
      );
    });
    return "uploaded";
  }

  /** A login that may not read the other repository uploads instead. */
  private async mount(digest: string, neighbour: string): Promise<boolean> {
    const { client, repository } = this.to;
    try {
      return await client.mountBlob(repository, digest, neighbour);
    } catch (error) {
      if (error instanceof UserError && error.code === "registry-denied") return false;
      throw error;
    }
  }
}
