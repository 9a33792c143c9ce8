import { isAlias, isPair, isScalar, isSeq, type Scalar } from "yaml";
import type { BuildSpec } from "../compose/model";
import { type Place as Node, placesOf, type SourceFile } from "../compose/source";
import type { Expanded, GivenArgs } from "./dockerfile";
import { expand, type Piece, Unexpandable } from "./expand";

/**
 * The build args of a service, as its Compose files write them. What this machine's environment would
 * put in their place does not count: the files are the project's, the environment is not.
 */
export function composeArgs(
  { service, args }: Pick<BuildSpec, "service" | "args">,
  sources: readonly SourceFile[],
): GivenArgs {
  const keys = ["services", service, "build", "args"];
  const values = Object.entries(args).map(([name, value]): [string, Expanded] => {
    const written = writtenPiece(sources, keys, name);
    return [name, written === undefined ? { pieces: [{ text: value }] } : expanded(written)];
  });
  return new Map(values);
}

function expanded(piece: Piece): Expanded {
  try {
    return expand(piece, { kind: "compose" }, () => undefined);
  } catch (error) {
    if (!(error instanceof Unexpandable)) throw error;
    return { reason: error.message };
  }
}

/** The last file that has the argument wins, as in Compose. */
function writtenPiece(
  sources: readonly SourceFile[],
  keys: readonly string[],
  name: string,
): Piece | undefined {
  const inMappings = placesOf(sources, [...keys, name]).map((place) => ({ ...place, skip: 0 }));
  const inLists = placesOf(sources, keys).flatMap(({ source, document, node }) => {
    const items = isSeq(node) ? (node.items as Node["node"][]) : [];
    return items
      .map((item) => (isAlias(item) ? item.resolve(document) : item))
      .filter((item) => isScalar(item) && String(item.value).startsWith(`${name}=`))
      .flatMap((item) =>
        item === undefined || isPair(item)
          ? []
          : [{ source, document, node: item, skip: name.length + 1 }],
      );
  });
  const order = new Map(sources.map((source, at) => [source, at]));
  const [last] = [...inMappings, ...inLists].sort(
    (a, b) => (order.get(b.source) ?? 0) - (order.get(a.source) ?? 0),
  );
  if (last === undefined || !isScalar(last.node)) return undefined;
  return pieceOf(last.source, last.node, last.skip);
}

/** @param skip characters of the value that are not the argument's */
function pieceOf(source: SourceFile, node: Scalar, skip: number): Piece {
  const value = String(node.value);
  const [start = 0, end = 0] = node.range ?? [];
  const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? 1 : 0;
  const text = value.slice(skip);
  // A value with escapes, or over several lines, stands nowhere as it is.
  if (source.text.slice(start + quoted, end - quoted) !== value) return { text };
  return { text, place: { file: source.absolute, at: start + quoted + skip } };
}
