import type { Relations } from "./graph";

export interface Ordered {
  readonly order: readonly string[];
  /** How many of the first ones can go without leaving parts of a removed image behind, ascending. */
  readonly wholes: readonly number[];
  /** Those that no order fits: they name each other in a circle, which honest digests cannot. */
  readonly circular: readonly string[];
}

/**
 * The order of removal: every index before the manifests that it names, so that none ever loses a part
 * before itself; a manifest before its signatures where that does not contradict; what belongs
 * together follows each other.
 * @param removed in the order that is taken where nothing else decides
 */
export function removalOrder(removed: readonly string[], relations: Relations): Ordered {
  const all = new Set(removed);
  const inside = (digests: readonly string[]): string[] => digests.filter((one) => all.has(one));
  const done = new Set<string>();
  const pending = new Set<string>();
  const wholes: number[] = [];
  const waits = (digest: string, softly: boolean): boolean =>
    [relations.parents(digest), softly ? relations.subjects(digest) : []]
      .flat()
      .some((other) => all.has(other) && !done.has(other));
  const take = (first: string): void => {
    const stack = [first];
    for (let digest = stack.pop(); digest !== undefined; digest = stack.pop()) {
      if (done.has(digest) || (digest !== first && waits(digest, true))) continue;
      done.add(digest);
      pending.delete(digest);
      const parts = inside([...relations.dependents(digest), ...relations.children(digest)]);
      for (const part of parts) if (!done.has(part)) pending.add(part);
      stack.push(...parts);
      if (pending.size === 0) wholes.push(done.size);
    }
  };
  let cursor = 0;
  const next = (softly: boolean): string | undefined => {
    // Parts that are left over come first, so that nothing stays half removed for longer than it must.
    for (const digest of pending) if (!waits(digest, softly)) return digest;
    for (let at = cursor; at < removed.length; at += 1) {
      const digest = removed[at] ?? "";
      if (!done.has(digest) && !waits(digest, softly)) return digest;
    }
    return undefined;
  };
  for (;;) {
    while (cursor < removed.length && done.has(removed[cursor] ?? "")) cursor += 1;
    const free = next(true) ?? next(false);
    if (free === undefined) break;
    take(free);
  }
  return { order: [...done], wholes, circular: removed.filter((digest) => !done.has(digest)) };
}
