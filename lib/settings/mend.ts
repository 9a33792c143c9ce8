/** Where a value stands: keys and list positions from the outside in. */
export type Path = readonly [string, ...(string | number)[]];

const NAMESPACE = "bot-core";
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** A word that the shell takes as it stands, or one that is quoted already. */
const PLAIN_WORD = /^([A-Za-z0-9_./:@%+=,-]+|"[^"]*")$/;

/** A path as people write it and as `pulumi config --path` reads it: `registry.server`, `platforms[1]`. */
export function showPath(path: Path): string {
  return path
    .map((part, position) => {
      if (typeof part === "number") return `[${part}]`;
      if (!PLAIN_KEY.test(part)) return `[${JSON.stringify(part)}]`;
      return position === 0 ? part : `.${part}`;
    })
    .join("");
}

/**
 * The command that gives a key a legal value.
 * @param example absent for secrets: the command then asks for the value, so that it stands in no history
 */
export function setCommand(path: Path, example?: string): string {
  const secret = example === undefined ? ["--secret"] : [];
  const value = example === undefined ? [] : [quote(example)];
  return ["pulumi config set", ...secret, ...keyArguments(path), ...value].join(" ");
}

/** The command that takes a key out of the configuration. */
export function removeCommand(path: Path): string {
  return ["pulumi config rm", ...keyArguments(path)].join(" ");
}

/** The command that gives an environment variable a legal value. */
export function exportCommand(variable: string, example: string): string {
  return `export ${variable}=${quote(example)}`;
}

function keyArguments(path: Path): string[] {
  const nested = path.length > 1 || !PLAIN_KEY.test(path[0]);
  return [...(nested ? ["--path"] : []), quote(`${NAMESPACE}:${showPath(path)}`)];
}

function quote(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
