import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Node } from "yaml";

/** How far a document has the path, the node there, and the offset of the last key found. */
export function descend(
  document: Document,
  keys: readonly string[],
): { depth: number; offset: number; node: Node | undefined } {
  let node = document.contents ?? undefined;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, key] of keys.entries()) {
    const next = node === undefined ? undefined : child(document, node, key);
    if (next === undefined) return { depth, offset, node };
    ({ node, offset } = next);
  }
  return { depth: keys.length, offset, node };
}

function child(
  document: Document,
  parent: Node,
  key: string,
): { node: Node | undefined; offset: number } | undefined {
  const map = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(map)) {
    const item = map.items[Number(key)] as Node | undefined;
    return item === undefined ? undefined : { node: item, offset: item.range?.[0] ?? 0 };
  }
  if (!isMap(map)) return undefined;
  const pairs = map.items as { key: unknown; value: unknown }[];
  for (const pair of pairs) {
    if (isScalar(pair.key) && String(pair.key.value) === key) {
      const value = pair.value as Node | null;
      const node = isAlias(value) ? value.resolve(document) : (value ?? undefined);
      return { node, offset: pair.key.range?.[0] ?? 0 };
    }
  }
  const merged = pairs.find(({ key: name }) => isScalar(name) && name.value === "<<")?.value;
  const bases = isSeq(merged) ? (merged.items as Node[]) : isNode(merged) ? [merged] : [];
  return bases.map((base) => child(document, base, key)).find((found) => found !== undefined);
}
