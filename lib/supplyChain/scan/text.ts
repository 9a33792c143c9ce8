const MOST_CHARACTERS = 200;

/** The text as one line of a length that can be shown. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1)}…`;
}

/** How Go's programs read a switch in a variable. */
export function isSwitched(variable: string, to: boolean): boolean {
  const given = process.env[variable]?.toLowerCase() ?? "";
  return (to ? ["1", "t", "true"] : ["0", "f", "false"]).includes(given);
}
