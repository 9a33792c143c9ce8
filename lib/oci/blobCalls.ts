import type { Readable } from "node:stream";
import type { Call, RegistryConnection } from "./connection";
import { digestOf } from "./digest";
import { assertDigest, assertRepository } from "./names";
import { type BlobDescriptor, verified } from "./verifiedStream";

/** Image configurations are some kilobytes; layers are streamed. */
const MAX_BLOB_BYTES = 16 * 1024 * 1024;

/** Reads of blobs, distribution-spec 1.1, "Pulling blobs". */
export class BlobCalls {
  public constructor(private readonly connection: RegistryConnection) {}

  /** Asked with the right to push, because an upload may follow with the same token. */
  public async has(repository: string, digest: string): Promise<boolean> {
    const call = blobCall("HEAD", repository, digest);
    return (await this.connection.request({ ...call, action: "push" })).status === 200;
  }

  public async get(repository: string, digest: string): Promise<Buffer | undefined> {
    const call: Call = { ...blobCall("GET", repository, digest), maxBytes: MAX_BLOB_BYTES };
    const response = await this.connection.request(call);
    if (response.status === 404) return undefined;
    if (digestOf(response.body) === digest) return response.body;
    throw this.connection.answerError(call, `its content is not that of ${digest}`);
  }

  /** @returns false: there is none, and `consume` was not called */
  public async stream(
    repository: string,
    { digest, size }: BlobDescriptor,
    consume: (stream: Readable) => Promise<void>,
  ): Promise<boolean> {
    const call: Call = {
      ...blobCall("GET", repository, digest),
      streamedBytes: size,
      consume: (stream) =>
        consume(
          verified(stream, { digest, size }, (what) => this.connection.answerError(call, what)),
        ),
    };
    return (await this.connection.request(call)).status === 200;
  }
}

function blobCall(method: "GET" | "HEAD", repository: string, digest: string): Call {
  assertRepository(repository);
  assertDigest(digest);
  const target = `/v2/${repository}/blobs/${digest}`;
  return { method, target, action: "pull", repository, expected: [200, 404] };
}
