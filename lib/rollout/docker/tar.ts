const BLOCK = 512;

/** A tar archive (POSIX ustar) of one file owned by root, mode 0644. Names up to 100 bytes. */
export function tarOf(name: string, text: string): Buffer {
  const body = Buffer.from(text, "utf8");
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, "utf8");
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, body, padding, Buffer.alloc(2 * BLOCK)]);
}

/** The text of the first regular file of a tar archive; undefined where there is none. */
export function firstFileOf(archive: Buffer): string | undefined {
  for (let offset = 0; offset + BLOCK <= archive.length;) {
    const header = archive.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) return undefined;
    const size = parseInt(header.toString("latin1", 124, 136), 8);
    if (Number.isNaN(size)) return undefined;
    const type = header.toString("latin1", 156, 157);
    const start = offset + BLOCK;
    if (type === "0" || type === "\0") return archive.toString("utf8", start, start + size);
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
