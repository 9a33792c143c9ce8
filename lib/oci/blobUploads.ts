import { Readable } from "node:stream";
import { UserError } from "../errors";
import type { Call, RegistryConnection } from "./connection";
import { digestOf } from "./digest";
import { assertDigest } from "./names";
import { waitAfter } from "./retry";
import type { HttpResponse } from "./transport";
import type { UploadStart, Uploads } from "./uploads";
import { type BlobDescriptor, piecesOf } from "./verifiedStream";

/** Opens the content of a blob anew for each attempt to upload it, and waits until it is taken. */
export type BlobSource = (consume: (stream: Readable) => Promise<void>) => Promise<void>;

const STORED = [201, 202, 204];
const TOO_LARGE = 413;
/** A login that ended on the way, and a session that lost its place: a new attempt mends both. */
const STALE = new Set([401, 416]);
/** Asked for and not yet known to be final. */
const ANSWERS = [...STORED, TOO_LARGE, ...STALE, 408, 429, 500, 502, 503, 504];
/** What is kept in memory of an upload in pieces. */
const PIECE_BYTES = 8 * 1024 * 1024;
const MAX_PIECE_BYTES = 64 * 1024 * 1024;

/** The last answer of an upload. */
interface Sent {
  readonly call: Call;
  readonly response: HttpResponse;
}

/**
 * Uploads of blobs, distribution-spec 1.1, "Pushing blobs": in one PUT, and in pieces where the registry
 * finds that too large (413). A broken upload is begun again, because its session may hold a part of it.
 */
export class BlobUploads {
  public constructor(
    private readonly connection: RegistryConnection,
    private readonly uploads: Uploads,
  ) {}

  /** Uploads what is in memory. @returns its digest */
  public async putBytes(repository: string, bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    await this.put(repository, { digest, size: bytes.byteLength }, (consume) =>
      consume(Readable.from(bytes.byteLength === 0 ? [] : [bytes], { objectMode: false })),
    );
    return digest;
  }

  /** @throws UserError of the registry, and what the source throws */
  public async put(repository: string, blob: BlobDescriptor, source: BlobSource): Promise<void> {
    assertDigest(blob.digest);
    const { retries, backoffMs } = this.connection.policy;
    const deadline = this.connection.deadline(1, blob.size);
    let inPieces = false;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.attempt(repository, blob, source, inPieces);
      const backoff = backoffMs * 2 ** attempt;
      const wait = waitUntilNext(outcome, inPieces, backoff);
      if (wait === "stored") return;
      if (wait === undefined || attempt >= retries || Date.now() + wait > deadline) {
        if (outcome instanceof Error) throw outcome;
        throw this.connection.failure(outcome.call, outcome.response);
      }
      inPieces ||= !(outcome instanceof Error) && outcome.response.status === TOO_LARGE;
      await this.connection.pause(wait);
    }
  }

  /** @returns the last answer, or the error of a connection that broke */
  private async attempt(
    repository: string,
    blob: BlobDescriptor,
    source: BlobSource,
    inPieces: boolean,
  ): Promise<Sent | Error> {
    const start = await this.uploads.begin(repository);
    let sent: Sent | undefined;
    try {
      await source(async (stream) => {
        sent = inPieces
          ? await this.sendPieces(repository, blob, stream, start)
          : await this.sendWhole(repository, blob, stream, start);
        if (STORED.includes(sent.response.status)) this.assertRead(sent.call, stream);
      });
    } catch (error) {
      if (error instanceof UserError && error.code === "registry-unreachable") return error;
      throw error;
    }
    if (sent !== undefined) return sent;
    throw new Error(`the source of blob ${blob.digest} gave no stream`);
  }

  private async sendWhole(
    repository: string,
    { digest, size }: BlobDescriptor,
    stream: Readable,
    { location }: UploadStart,
  ): Promise<Sent> {
    const call = putCall(repository, withDigest(location, digest), { stream, size });
    return this.send({ ...call, streamedBytes: size });
  }

  /** Content-Range has its own form here, without a unit (distribution-spec 1.1, "Pushing a blob in chunks"). */
  private async sendPieces(
    repository: string,
    { digest }: BlobDescriptor,
    stream: Readable,
    { location, leastPiece }: UploadStart,
  ): Promise<Sent> {
    const size = Math.min(Math.max(PIECE_BYTES, leastPiece), MAX_PIECE_BYTES);
    let [target, offset] = [location, 0];
    for await (const piece of piecesOf(stream, size)) {
      const call: Call = {
        ...putCall(repository, target, piece),
        method: "PATCH",
        streamedBytes: piece.length,
      };
      const range = `${offset}-${offset + piece.length - 1}`;
      const headers = { ...call.headers, "content-range": range };
      const sent = await this.send({ ...call, headers });
      if (!STORED.includes(sent.response.status)) return sent;
      target = this.connection.addressIn(call, sent.response.headers.location);
      offset += piece.length;
    }
    return this.send(putCall(repository, withDigest(target, digest), new Uint8Array()));
  }

  private async send(call: Call): Promise<Sent> {
    return { call, response: await this.connection.request(call) };
  }

  /** A registry that says "stored" before it has everything has stored something else. */
  private assertRead(call: Call, stream: Readable): void {
    if (stream.readableEnded) return;
    throw this.connection.answerError(
      call,
      "it says that it has stored the blob before it was sent",
    );
  }
}

/** Milliseconds before the upload is begun again; undefined: the outcome is final. */
function waitUntilNext(
  outcome: Sent | Error,
  inPieces: boolean,
  backoff: number,
): number | "stored" | undefined {
  if (outcome instanceof Error) return backoff;
  const { response } = outcome;
  if (STORED.includes(response.status)) return "stored";
  if (response.status === TOO_LARGE) return inPieces ? undefined : 0;
  return STALE.has(response.status) ? backoff : waitAfter(response, backoff);
}

function putCall(repository: string, target: URL, body: Required<Call>["body"]): Call {
  return {
    method: "PUT",
    target,
    action: "push",
    repository,
    headers: { "content-type": "application/octet-stream" },
    body,
    expected: ANSWERS,
  };
}

/** The session's own parameters stay byte for byte: some registries sign them. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}
