const MOST_CELL = 200;

/** Text of others: no markup, no mention, one line. */
export function plainText(value: string): string {
  const line = value.replace(/[\p{Cc}\s]+/gu, " ").trim();
  const cut = line.length > MOST_CELL ? `${line.slice(0, MOST_CELL)}…` : line;
  return cut.replace(/[\\`*_{}[\]<>|#!~]/g, "\\$&").replace(/@/g, "@\u200b");
}

/** Text of others between backticks. */
export function codeText(value: string): string {
  return value.replace(/[\p{Cc}`|]+/gu, " ").slice(0, MOST_CELL);
}

/** A fence longer than any in the text, so that the text cannot end it. */
export function fenced(content: string): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${content}\n${fence}`;
}

/** Never in the middle of a line, nor of a surrogate pair with it. */
export function shorten(content: string, room: number): string {
  if (content.length <= room) return content;
  const end = content.lastIndexOf("\n", room - CUT.length);
  return content.slice(0, Math.max(0, end)) + CUT;
}

const CUT = "\n…cut";
