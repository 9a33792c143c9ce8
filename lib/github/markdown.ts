const MOST_CHARACTERS = 200;

/**
 * Text of others: no markup, no mention, one line.
 * @param most characters of it that are shown. Default: 200
 */
export function plainText(value: string, most = MOST_CHARACTERS): string {
  const line = value.replace(/[\p{Cc}\s]+/gu, " ").trim();
  const cut = line.length > most ? `${beginning(line, most)}…` : line;
  return cut.replace(/[\\`*_{}[\]<>|#!~]/g, "\\$&").replace(/@/g, "@\u200b");
}

/** Text of others between backticks. */
export function codeText(value: string): string {
  return beginning(value.replace(/[\p{Cc}`|]+/gu, " "), MOST_CHARACTERS);
}

/** A fence longer than any in the text, so that the text cannot end it. */
export function fenced(content: string): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${content}\n${fence}`;
}

/** Never in the middle of a line, unless that line is most of what there is room for. */
export function shorten(content: string, room: number): string {
  if (content.length <= room) return content;
  const most = Math.max(0, room - CUT.length);
  const line = content.lastIndexOf("\n", most);
  return (line > most / 2 ? content.slice(0, line) : beginning(content, most)) + CUT;
}

const CUT = "\n…cut";

/** How much of a list is shown. */
export interface Room {
  readonly lines: number;
  /** Of all lines together, line breaks included. */
  readonly characters: number;
}

/**
 * The first lines of a list, as far as there is room; none is cut.
 * @param rest the line that stands for those left out
 */
export function fitting(
  lines: readonly string[],
  room: Room,
  rest: (count: number) => string,
): string[] {
  let left = room.characters;
  const end = lines.findIndex((line, at) => {
    left -= line.length + 1;
    return at >= room.lines || left < 0;
  });
  return end < 0 ? [...lines] : [...lines.slice(0, end), rest(lines.length - end)];
}

/** Up to the end of a word, where words are not too long for that; never half a character. */
function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const word = text.slice(0, most + 1).search(/\s\S*$/);
  const end = word > (most * 4) / 5 ? word : most;
  return text.slice(0, end).replace(/[\uD800-\uDBFF]$/, "");
}
