import { createHash } from "node:crypto";
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from "node:fs";
import path from "node:path";

/** What travels inside the model; larger files belong into an image or a volume. */
const MAX_INLINE_BYTES = 512 * 1024;

/** A file's content for Compose, or why it cannot be text in a Compose file. */
export type Content =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" | "folder" | "binary" | "large" };

/** Reads a file that is to go to the host inside the Compose file. */
export function readContent(file: string): Content {
  let bytes: Buffer;
  try {
    if (statSync(file).isDirectory()) return { kind: "folder" };
    bytes = readFileSync(file);
  } catch {
    return { kind: "missing" };
  }
  if (bytes.length > MAX_INLINE_BYTES) return { kind: "large" };
  const text = bytes.toString("utf8");
  const faithful = !text.includes("\0") && Buffer.from(text, "utf8").equals(bytes);
  return faithful ? { kind: "text", text } : { kind: "binary" };
}

/**
 * sha256 over a file or a folder: names, link targets, bytes, and whether the owner may execute;
 * nothing that another checkout has differently (times, umask).
 */
export function hashTree(root: string): string {
  const hash = createHash("sha256");
  const add = (absolute: string, name: string): void => {
    const stat = lstatSync(absolute);
    if (stat.isDirectory()) {
      for (const entry of readdirSync(absolute).sort()) {
        add(path.join(absolute, entry), `${name}/${entry}`);
      }
    } else if (stat.isSymbolicLink()) {
      hash.update(JSON.stringify([name, "link", readlinkSync(absolute)]));
    } else if (stat.isFile()) {
      const bytes = createHash("sha256").update(readFileSync(absolute)).digest("hex");
      hash.update(JSON.stringify([name, isExecutable(stat.mode) ? "x" : "-", bytes]));
    }
  };
  add(realpathSync(root), "");
  return hash.digest("hex");
}

/** true: the owner may execute it. */
export function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}
