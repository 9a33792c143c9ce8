import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(__dirname, "../../..");

/** README.md and every page of docs/ and its folders, relative to the repository, sorted. */
export const PAGES: readonly string[] = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
];

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

export interface Fence {
  /** The word after the three backticks. */
  readonly language: string;
  /** Its lines, trimmed, without empty ones. */
  readonly lines: readonly string[];
  /** Its text, without the indent of the block. */
  readonly body: string;
}

/** Code blocks of a page, in order. */
export function fencesOf(text: string): Fence[] {
  const fences = [...text.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)];
  return fences.map(([, indent = "", language = "", body = ""]) => ({
    language,
    lines: body
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
    body: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** A page without its code blocks. */
export function proseOf(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, "");
}

/** The anchors that GitHub gives a page's headings. */
export function anchorsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Rows of all tables whose first cell is code, as cells without the outer bars. */
export function tableRows(text: string): string[][] {
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row = ""]) =>
    row.split("|").map((cell) => cell.trim()),
  );
}

/** The text of a cell that is one piece of code; undefined for anything else. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? "")?.[1];
}

/** A page's part under one heading of second level. */
export function sectionOf(text: string, heading: string): string {
  const [, after = ""] = text.split(`\n## ${heading}\n`);
  return after.split("\n## ")[0] ?? "";
}
