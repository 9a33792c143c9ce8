/** One typing mistake for every so many letters still counts as meant. */
const LETTERS_PER_MISTAKE = 3;

/** The candidate that was probably meant, or undefined where none is near. */
export function suggest(given: string, candidates: readonly string[]): string | undefined {
  const distances = candidates.map((candidate) => ({
    candidate,
    distance: editDistance(given.toLowerCase(), candidate.toLowerCase()),
  }));
  const near = distances.filter(
    ({ candidate, distance }) =>
      distance <= Math.max(1, Math.floor(candidate.length / LETTERS_PER_MISTAKE)),
  );
  return near.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Levenshtein's distance: the least number of letters put in, left out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 0; line < a.length; line += 1) {
    const next = [line + 1];
    for (let column = 0; column < b.length; column += 1) {
      const changed = (row[column] ?? 0) + (a[line] === b[column] ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
