/** A piece of text, with the place in a file that it comes from where there is one. */
export interface Piece {
  readonly text: string;
  /** Absent: it stands in no file, as a variable of the environment. */
  readonly place?: Place;
}

/** A place in a file. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  /** UTF-16 units from the file's beginning. */
  readonly at: number;
}

/** A text after its variables were put in. */
export interface Expansion {
  readonly pieces: readonly Piece[];
  /** Where something is appended to the whole; absent where that is in no file. */
  readonly end?: Place;
}

export type Syntax =
  | { readonly kind: "dockerfile"; readonly escape: string }
  /** Compose's interpolation: no quotes, no escapes but `$$`. */
  | { readonly kind: "compose" };

/** What a variable stands for; undefined: it is not set. */
export type Lookup = (name: string) => Expansion | undefined;

/** Why a text cannot be expanded, as the end of a sentence: `uses X, which has no value here`. */
export class Unexpandable extends Error {}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^:?[-+?]/;

/**
 * Puts variables into a text as BuildKit's and Compose's expansion do (`$A`, `${A}`, `${A:-x}`, `${A-x}`,
 * `${A:+x}`, nested), and keeps for each part where it stands.
 * @throws Unexpandable for a variable without value and for any other operator
 */
export function expand(piece: Piece, syntax: Syntax, lookup: Lookup): Expansion {
  return new Expander(piece, syntax, lookup).all();
}

/** The whole text. */
export function textOf({ pieces }: Expansion): string {
  return pieces.map(({ text }) => text).join("");
}

class Expander {
  private readonly pieces: Piece[] = [];
  private at = 0;
  private quote = "";
  /** The value that is all there is, quotes aside. */
  private only: Expansion | undefined;
  private parts = 0;

  public constructor(
    private readonly piece: Piece,
    private readonly syntax: Syntax,
    private readonly lookup: Lookup,
  ) {}

  public all(): Expansion {
    const { text } = this.piece;
    let end = text.length;
    while (this.at < text.length) {
      if (this.takeQuote()) end = this.quote === "" ? this.at - 1 : end;
      else if (text[this.at] === "$" && this.quote !== "'") this.takeDollar();
      else this.takeLiteral();
    }
    if (this.parts === 1 && this.only !== undefined) return this.only;
    // Behind a closing quote would be outside of it.
    const place = this.placeAt(text.endsWith('"') || text.endsWith("'") ? end : text.length);
    return { pieces: this.pieces, ...(place === undefined ? {} : { end: place }) };
  }

  private takeQuote(): boolean {
    const character = this.piece.text[this.at] ?? "";
    if (this.syntax.kind === "compose" || !/["']/.test(character)) return false;
    if (this.quote !== "" && this.quote !== character) return false;
    this.quote = this.quote === "" ? character : "";
    this.at++;
    return true;
  }

  private takeLiteral(): void {
    const { text } = this.piece;
    const escapes = this.syntax.kind === "dockerfile" && this.quote !== "'";
    if (escapes && text[this.at] === this.syntax.escape && this.at + 1 < text.length) this.at++;
    this.push(this.at, this.at + 1);
    this.at++;
  }

  private takeDollar(): void {
    const rest = this.piece.text.slice(this.at + 1);
    if (rest.startsWith("$") && this.syntax.kind === "compose") {
      this.push(this.at, this.at + 1);
      this.at += 2;
      return;
    }
    const braced = rest.startsWith("{");
    const name = NAME.exec(braced ? rest.slice(1) : rest)?.[0];
    if (name === undefined) throw new Unexpandable("has a `$` that begins no variable");
    if (!braced) {
      this.at += 1 + name.length;
      this.pushValue(this.required(name));
      return;
    }
    const start = this.at + 2 + name.length;
    const close = closingBrace(this.piece.text, start);
    this.at = close + 1;
    this.pushValue(this.braced(name, start, close));
  }

  /** `${NAME` stands before `start`, `}` at `close`. */
  private braced(name: string, start: number, close: number): Expansion {
    if (start === close) return this.required(name);
    const operator = OPERATOR.exec(this.piece.text.slice(start, close))?.[0];
    if (operator === undefined) {
      throw new Unexpandable(`uses \`${this.piece.text}\`, which is not understood here`);
    }
    const value = this.lookup(name);
    // The colon makes an empty value count as none.
    const isSet = value !== undefined && !(operator.startsWith(":") && textOf(value) === "");
    if (operator.endsWith("?")) return this.required(name);
    if (operator.endsWith("-") && isSet) return value;
    if (operator.endsWith("+") && !isSet) return { pieces: [] };
    return expand(this.slice(start + operator.length, close), this.syntax, this.lookup);
  }

  private required(name: string): Expansion {
    const value = this.lookup(name);
    if (value !== undefined) return value;
    throw new Unexpandable(`uses the variable ${name}, which no file here gives a value`);
  }

  private pushValue(value: Expansion): void {
    this.pieces.push(...value.pieces);
    this.only = value;
    this.parts++;
  }

  private push(start: number, end: number): void {
    this.parts++;
    this.only = undefined;
    const last = this.pieces.at(-1);
    const next = this.slice(start, end);
    const joins =
      last?.place?.file === next.place?.file &&
      (last?.place?.at ?? NaN) + (last?.text.length ?? 0) === next.place?.at;
    if (last === undefined || !joins) this.pieces.push(next);
    else this.pieces.splice(-1, 1, { ...last, text: last.text + next.text });
  }

  private slice(start: number, end: number): Piece {
    const place = this.placeAt(start);
    const text = this.piece.text.slice(start, end);
    return { text, ...(place === undefined ? {} : { place }) };
  }

  private placeAt(offset: number): Place | undefined {
    const { place } = this.piece;
    return place === undefined ? undefined : { file: place.file, at: place.at + offset };
  }
}

function closingBrace(text: string, from: number): number {
  for (let at = from, depth = 1; at < text.length; at++) {
    if (text.startsWith("${", at)) depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  throw new Unexpandable("has a `${` without its `}`");
}
