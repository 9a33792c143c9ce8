/** Characters that a text may hide or turn around: foreign names are shown without them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const MOST_CHARACTERS = 300;
const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function plain(text: string): string {
  const line = text
    .replace(/[\n\r\t]+/g, " ")
    .replace(INVISIBLE, "?")
    .trim();
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}…`;
}

/** A foreign text as text of an HTML element or of a quoted attribute. */
export function html(text: string): string {
  return plain(text).replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign);
}

/** A foreign text as text of a Markdown table's cell: no markup, no link, no mention. */
export function markdownText(text: string): string {
  return plain(text)
    .replace(/[\\`*_{}[\]<>&|#!~]/g, "\\$&")
    .replace(/:\/\//g, "&#58;//")
    .replace(/\bwww\./gi, "www&#46;")
    .replace(/@/g, "&#64;");
}

/** A foreign name as code in a Markdown table's cell. */
export function markdownCode(text: string): string {
  const shown = plain(text).replaceAll("`", "'").replaceAll("|", "\\|");
  return shown === "" ? "–" : `\`${shown}\``;
}

/** The address where it is one that a browser may follow; else nothing. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !/^https?:\/\//i.test(text)) return undefined;
  try {
    return new URL(text).href;
  } catch {
    return undefined;
  }
}
