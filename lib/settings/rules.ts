/** Keys or positions from the outside in, and a legal value there. */
export type Inside = readonly [
  first: string | number,
  ...rest: (string | number)[],
  example: string,
];

/** What one value may be. Rules are data: the reader turns a broken one into a message. */
export interface Rule<T> {
  /** The legal values, for people. */
  readonly allowed: string;
  /** A legal value as text for the command that mends; absent for secrets. */
  readonly example?: string;
  /**
   * Objects and lists: a place in it, and a legal value there. The command that mends sets only that,
   * because `pulumi config set --path` later replaces an object that was set as text.
   */
  readonly inside?: Inside;
  /** The typed value, or undefined where it is not legal. */
  readonly parse: (value: unknown) => T | undefined;
  /** Words among which a misspelt one is looked for. */
  readonly candidates?: readonly string[];
  /** Why this value is refused, as the end of "given …, ". */
  readonly reason?: (value: unknown) => string | undefined;
  /** Whether this value may hold something private, so that it is not shown. Default: never. */
  readonly hidden?: (value: unknown) => boolean;
}

/** Text that matches a pattern. */
export function text(pattern: RegExp, allowed: string, example: string): Rule<string> {
  return {
    allowed,
    example,
    parse: (value) => (typeof value === "string" && pattern.test(value) ? value : undefined),
  };
}

/** Text for which a predicate holds. */
export function textThat(
  holds: (value: string) => boolean,
  allowed: string,
  example: string,
): Rule<string> {
  return {
    allowed,
    example,
    parse: (value) => (typeof value === "string" && holds(value) ? value : undefined),
  };
}

/**
 * As `rule`, also for a number that `pulumi config set --path` made of digits. It leaves digits with
 * a leading zero as text.
 */
export function digitsToo<T>(rule: Rule<T>): Rule<T> {
  const parse = (value: unknown): T | undefined =>
    rule.parse(Number.isSafeInteger(value) ? String(value) : value);
  return { ...rule, parse };
}

/** As `rule`, also for `""`. */
export function orEmpty(rule: Rule<string>): Rule<string> {
  return {
    ...rule,
    allowed: `${rule.allowed}; or "" for none`,
    parse: (value) => (value === "" ? "" : rule.parse(value)),
  };
}

/**
 * One word of a list.
 * @param later words that are planned: they are refused with "which is not built yet"
 */
export function oneOf<const T extends string>(
  words: readonly [T, ...T[]],
  later: readonly string[] = [],
): Rule<T> {
  return {
    allowed: words.join(", "),
    example: words[0],
    candidates: words,
    reason: (value) => (later.some((word) => word === value) ? NOT_BUILT : undefined),
    parse: (value) => words.find((word) => word === value),
  };
}

/** true or false. Pulumi hands top-level values out as text, so the words count too. */
export function boolean(example: boolean): Rule<boolean> {
  return {
    allowed: "true, false",
    example: String(example),
    parse: (value) => {
      if (typeof value === "boolean") return value;
      if (value === "true") return true;
      return value === "false" ? false : undefined;
    },
  };
}

/** A whole number within bounds, both included. */
export function integer(least: number, most: number, unit: string, example: number): Rule<number> {
  return {
    allowed: `a whole number of ${unit} from ${least} to ${most}`,
    example: String(example),
    parse: (value) => {
      const isDigits = typeof value === "string" && /^\d{1,9}$/.test(value);
      const number = isDigits ? Number(value) : value;
      const isLegal = Number.isInteger(number) && Number(number) >= least && Number(number) <= most;
      return isLegal ? Number(number) : undefined;
    },
  };
}

/** A value that is secret: text on one line, without control characters. */
export const secretText: Rule<string> = {
  allowed: "text on one line, not empty",
  hidden: () => true,
  parse: (value) => (typeof value === "string" && /^\P{Cc}+$/u.test(value) ? value : undefined),
};

const NOT_BUILT = "which is not built yet";
