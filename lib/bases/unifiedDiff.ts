const CONTEXT = 3;

/**
 * A change as `diff -u` and git write it, for texts of as many lines: lines change in their place and
 * none comes or goes. Empty for equal texts.
 * @param name path with `/`, relative to where the patch is applied
 */
export function unifiedDiff(name: string, before: string, after: string): string {
  const [old, current] = [linesOf(before), linesOf(after)];
  const changed = [...old.keys()].filter((at) => old[at] !== current[at]);
  if (changed.length === 0) return "";
  const hunks = hunksOf(changed, old.length).map(([from, to]) => {
    const range = `${from + 1},${to - from}`;
    return `@@ -${range} +${range} @@\n${hunkLines(old, current, from, to)}`;
  });
  return `--- a/${name}\n+++ b/${name}\n${hunks.join("")}`;
}

/** Each with its own end; the last one may have none. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Ranges `[from, to)` of lines around the changes, joined where they touch. */
function hunksOf(changed: readonly number[], count: number): [number, number][] {
  const hunks: [number, number][] = [];
  for (const at of changed) {
    const [from, to] = [Math.max(0, at - CONTEXT), Math.min(count, at + CONTEXT + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  }
  return hunks;
}

/** Lines that change together stand together, the old ones first. */
function hunkLines(
  old: readonly string[],
  current: readonly string[],
  from: number,
  to: number,
): string {
  let text = "";
  for (let at = from; at < to;) {
    let end = at;
    while (end < to && old[end] !== current[end]) end++;
    if (end === at) text += marked(" ", old[at++] ?? "");
    else {
      text += old
        .slice(at, end)
        .map((line) => marked("-", line))
        .join("");
      text += current
        .slice(at, end)
        .map((line) => marked("+", line))
        .join("");
      at = end;
    }
  }
  return text;
}

function marked(mark: string, line: string): string {
  return `${mark}${line}${line.endsWith("\n") ? "" : "\n\\ No newline at end of file\n"}`;
}
