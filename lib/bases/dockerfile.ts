import {
  type Arg,
  DockerfileParser,
  From,
  type Instruction,
  ModifiableInstruction,
  Onbuild,
} from "dockerfile-ast";
import {
  expand,
  type Expansion,
  type Lookup,
  type Piece,
  type Syntax,
  textOf,
  Unexpandable,
} from "./expand";

/** A base image as one instruction names it. */
export interface BaseUse {
  /** Counts from 1. */
  readonly line: number;
  /** `FROM`, `COPY --from`, `RUN --mount` or `# syntax`. */
  readonly instruction: string;
  /** As it is written. */
  readonly written: string;
  /** What it comes to, and where its parts stand. */
  readonly image: Expanded;
}

/** A text with its variables put in, or why that cannot be, as the end of a sentence. */
export type Expanded = Expansion | { readonly reason: string };

/** Values of build args that are given from elsewhere. */
export type GivenArgs = ReadonlyMap<string, Expanded>;

type Range = ReturnType<Instruction["getRange"]>;
type Named = Pick<BaseUse, "instruction"> & { readonly range: Range | null | undefined };

/**
 * Every image that a Dockerfile is built from, in its order. Stages, their numbers and `scratch` are
 * none. As for BuildKit, a variable has the value of its ARG before the first FROM.
 * @param file absolute path
 * @param given values that win over the file's own
 */
export function basesIn(file: string, text: string, given: GivenArgs = new Map()): BaseUse[] {
  const dockerfile = DockerfileParser.parse(text);
  const reader = new Reader(file, text, dockerfile.getEscapeCharacter());
  const lookup = globalValues(dockerfile.getInitialARGs(), reader, given);
  const stages = new Set<string>();
  const uses: BaseUse[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    for (const named of imagesOf(instruction)) {
      const use = reader.use(named, lookup);
      if (use !== undefined && !isStage(use, stages)) uses.push(use);
    }
    const stage = instruction instanceof From ? instruction.getBuildStage() : null;
    if (stage !== null) stages.add(stage.toLowerCase());
  }
  const frontend = dockerfile
    .getDirectives()
    .find((one) => one.getName().toLowerCase() === "syntax");
  const named = { instruction: "# syntax", range: frontend?.getValueRange() };
  const use = reader.use(named, () => undefined);
  return use === undefined ? uses : [use, ...uses];
}

function imagesOf(instruction: Instruction): Named[] {
  if (instruction instanceof Onbuild) {
    const trigger = instruction.getTriggerInstruction();
    return trigger === null ? [] : imagesOf(trigger);
  }
  if (instruction instanceof From) {
    return [{ instruction: "FROM", range: instruction.getImageRange() }];
  }
  if (!(instruction instanceof ModifiableInstruction)) return [];
  const keyword = instruction.getKeyword();
  return instruction.getFlags().flatMap((flag) => {
    const name = flag.getName().toLowerCase();
    if (keyword === "COPY" && name === "from") {
      return [{ instruction: "COPY --from", range: flag.getValueRange() }];
    }
    if (keyword !== "RUN" || name !== "mount") return [];
    const range = flag.getOption("from")?.getValueRange();
    return [{ instruction: "RUN --mount", range }];
  });
}

function isStage({ instruction, image }: BaseUse, stages: ReadonlySet<string>): boolean {
  if ("reason" in image) return false;
  const name = textOf(image);
  const isNumber = instruction !== "FROM" && /^\d+$/.test(name);
  return name === "" || name === "scratch" || isNumber || stages.has(name.toLowerCase());
}

/** ARGs before the first FROM; each sees those above it. */
function globalValues(args: readonly Arg[], reader: Reader, given: GivenArgs): Lookup {
  const values = new Map<string, Expanded>();
  const lookup: Lookup = (name) => {
    const value = values.get(name);
    if (value === undefined || !("reason" in value)) return value;
    throw new Unexpandable(value.reason);
  };
  for (const property of args.flatMap((arg) => arg.getProperties())) {
    const name = property.getName();
    const range = property.getValueRange();
    const own = range === null ? undefined : reader.expanded(range, lookup);
    const value = given.get(name) ?? own;
    if (value !== undefined) values.set(name, value);
  }
  return lookup;
}

/** Ranges of one Dockerfile as texts with their places. */
class Reader {
  private readonly lines: readonly number[];
  private readonly syntax: Syntax;

  public constructor(
    private readonly file: string,
    private readonly text: string,
    escape: string,
  ) {
    this.syntax = { kind: "dockerfile", escape };
    this.lines = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  }

  public use({ instruction, range }: Named, lookup: Lookup): BaseUse | undefined {
    if (range === null || range === undefined) return undefined;
    const written = this.piece(range).text;
    const image = this.expanded(range, lookup);
    return { line: range.start.line + 1, instruction, written, image };
  }

  public expanded(range: Range, lookup: Lookup): Expanded {
    const piece = this.piece(range);
    if (/[\r\n]/.test(piece.text)) return { reason: "goes over several lines; write it on one" };
    try {
      return expand(piece, this.syntax, lookup);
    } catch (error) {
      if (error instanceof Unexpandable) return { reason: error.message };
      throw error;
    }
  }

  private piece({ start, end }: Range): Piece {
    const [from, to] = [start, end].map(({ line, character }) => this.at(line) + character);
    return { text: this.text.slice(from, to), place: { file: this.file, at: from ?? 0 } };
  }

  private at(line: number): number {
    return this.lines[line] ?? this.text.length;
  }
}
