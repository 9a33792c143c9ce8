import { type Hash, createHash } from "node:crypto";
import { type Readable, Transform, type TransformCallback, pipeline } from "node:stream";

/** Names the content of a blob. */
export interface BlobDescriptor {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * A stream of exactly the bytes that a descriptor names. The last piece is held back until the whole
 * digest is right, so that a reader never has wrong content completely.
 * @param fault makes the error for content that is another's
 */
export function verified(
  source: Readable,
  descriptor: BlobDescriptor,
  fault: (what: string) => Error,
): Readable {
  const verifier = new Verifier(descriptor, fault);
  // Both ends report a failure themselves.
  pipeline(source, verifier, () => undefined);
  return verifier;
}

class Verifier extends Transform {
  private readonly hash: Hash = createHash("sha256");
  private held: Buffer | undefined;
  private seen = 0;

  public constructor(
    private readonly descriptor: BlobDescriptor,
    private readonly fault: (what: string) => Error,
  ) {
    super();
  }

  public override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.seen += chunk.length;
    if (this.seen > this.descriptor.size) {
      const { digest, size } = this.descriptor;
      done(this.fault(`the content of ${digest} is longer than its ${size} bytes`));
      return;
    }
    this.hash.update(chunk);
    const ready = this.held;
    this.held = chunk;
    done(null, ready);
  }

  public override _flush(done: TransformCallback): void {
    const { digest, size } = this.descriptor;
    if (this.seen < size) {
      done(this.fault(`the content of ${digest} ends after ${this.seen} of ${size} bytes`));
    } else if (`sha256:${this.hash.digest("hex")}` !== digest) {
      done(this.fault(`its content is not that of ${digest}`));
    } else {
      done(null, this.held);
    }
  }
}

/** Pieces of `size` bytes, the last one shorter; none of an empty stream. */
export async function* piecesOf(stream: Readable, size: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (length + rest.length >= size) {
      yield Buffer.concat([...waiting, rest.subarray(0, size - length)]);
      rest = rest.subarray(size - length);
      [waiting, length] = [[], 0];
    }
    if (rest.length > 0) waiting.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
