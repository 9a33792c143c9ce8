const HEADER = 8;

/**
 * Splits Docker's multiplexed stream (attach, exec, logs without a terminal): frames of a byte for the
 * stream, three zero bytes, a big-endian length and the text. Both streams come out as one text.
 */
export function demultiplexer(onText: (text: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER) {
      const end = HEADER + rest.readUInt32BE(4);
      if (rest.length < end) return;
      onText(rest.toString("utf8", HEADER, end));
      rest = rest.subarray(end);
    }
  };
}

/** The text of a whole multiplexed answer. */
export function demultiplexed(buffer: Buffer): string {
  const parts: string[] = [];
  demultiplexer((text) => parts.push(text))(buffer);
  return parts.join("");
}

/** All bytes of a stream. */
export async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
