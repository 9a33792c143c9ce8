import type { Faults } from "./faults";
import type { Path } from "./mend";
import { removeCommand, showPath } from "./mend";
import type { Inside, Rule } from "./rules";

type Entries = ReadonlyMap<string, unknown>;

/** A key that an object takes, and a legal value of it. */
export type ObjectExample = readonly [key: string, value: string];

/**
 * Reads one object of the configuration key by key. What was read is what is known:
 * `refuseUnknown` reports the rest. Nothing here throws: faults are collected, and a faulty value
 * reads like an absent one.
 */
export class ConfigReader {
  private readonly known: string[] = [];

  public constructor(
    private readonly entries: Entries,
    private readonly faults: Faults,
    /** Whether the value of a key is secret. Below a secret key everything is. */
    private readonly isSecretKey: (key: string) => boolean,
    private readonly parents: Path | readonly [] = [],
  ) {}

  /** Whether the configuration gives the key any value. */
  public has(key: string): boolean {
    return this.entries.has(key);
  }

  public isSecret(key: string): boolean {
    return this.isSecretKey(key);
  }

  public path(key: string): Path {
    const [first, ...rest] = this.parents;
    return first === undefined ? [key] : [first, ...rest, key];
  }

  /** The key's value by its rule; undefined where it is absent or faulty. */
  public read<T>(key: string, rule: Rule<T>): T | undefined {
    if (!this.take(key)) return undefined;
    return this.check(this.path(key), this.entries.get(key), rule, this.isSecretKey(key));
  }

  /** As `read`, and absence is a fault. */
  public require<T>(key: string, rule: Rule<T>, note?: string): T | undefined {
    if (!this.has(key)) this.faults.missing(this.path(key), rule, note);
    return this.read(key, rule);
  }

  /** Whether the key is switched off by `false`. */
  public isFalse(key: string): boolean {
    const value = this.entries.get(key);
    return value === false || value === "false";
  }

  /** Whether the key's value is this word. */
  public is(key: string, word: string): boolean {
    return this.entries.get(key) === word;
  }

  /** A list, at least one entry, each by the rule, none twice. */
  public list<T extends string>(key: string, rule: Rule<T>): readonly T[] | undefined {
    if (!this.take(key)) return undefined;
    const items = this.check(
      this.path(key),
      this.entries.get(key),
      listOf(rule.allowed, [0, rule.example ?? "…"]),
      this.isSecret(key),
    );
    const values = items?.map((item, position) =>
      this.check([...this.path(key), position], item, rule, this.isSecret(key)),
    );
    const legal = values?.filter((value) => value !== undefined);
    legal?.forEach((value, position) => {
      if (legal.indexOf(value) !== position) this.refuseTwice(key, value);
    });
    return legal;
  }

  /**
   * An object's own reader; undefined where it is absent or no object.
   * @param allowed the legal values, for people. Default: an object like the example
   */
  public object(key: string, example: ObjectExample, allowed?: string): ConfigReader | undefined {
    if (!this.take(key)) return undefined;
    const secret = this.isSecret(key);
    const rule = { ...objectRule(example), ...(allowed === undefined ? {} : { allowed }) };
    const entries = this.check(this.path(key), this.entries.get(key), rule, secret);
    return entries && new ConfigReader(entries, this.faults, () => secret, this.path(key));
  }

  /** As `object`, with an empty one where it is absent or faulty. */
  public objectOrEmpty(key: string, example: ObjectExample): ConfigReader {
    return (
      this.object(key, example) ??
      new ConfigReader(new Map(), this.faults, () => this.isSecret(key), this.path(key))
    );
  }

  /** A list of objects, at least one entry: each one's own reader. */
  public objects(key: string, example: ObjectExample): readonly ConfigReader[] | undefined {
    if (!this.take(key)) return undefined;
    const secret = this.isSecret(key);
    const list = listOf(`objects like {${example.join(": ")}}`, [0, ...example]);
    // Text that was meant as objects may hold a password.
    const rule = { ...list, hidden: (value: unknown) => typeof value === "string" };
    const items = this.check(this.path(key), this.entries.get(key), rule, secret);
    return items?.flatMap((item, position) => {
      const path: Path = [...this.path(key), position];
      const entries = this.check(path, item, objectRule(example), secret);
      return entries ? [new ConfigReader(entries, this.faults, () => secret, path)] : [];
    });
  }

  /** A value for a message, which shows nothing of a secret one. */
  public quote(key: string, value: string): string {
    return this.isSecret(key) ? "a secret value" : JSON.stringify(value);
  }

  /** All entries by one rule for names and one for values: an object whose keys are data. */
  public map<T>(name: Rule<string>, rule: Rule<T>): Readonly<Record<string, T>> {
    const pairs = [...this.entries.keys()].map((key) => {
      if (name.parse(key) === undefined) this.faults.name(this.path(key), key, name);
      return [key, this.read(key, rule)] as const;
    });
    return Object.fromEntries(
      pairs.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
  }

  /** Reports every key that nobody has read. Called once, after the last read. */
  public refuseUnknown(): void {
    for (const key of this.entries.keys()) {
      if (!this.known.includes(key)) this.faults.unknown(this.path(key), this.known);
    }
  }

  private take(key: string): boolean {
    if (!this.known.includes(key)) this.known.push(key);
    return this.has(key);
  }

  private check<T>(path: Path, value: unknown, rule: Rule<T>, secret: boolean): T | undefined {
    const parsed = rule.parse(value);
    if (parsed === undefined) this.faults.value(path, value, rule, secret);
    return parsed;
  }

  private refuseTwice(key: string, value: string): void {
    const path = this.path(key);
    this.faults.other(
      showPath(path),
      `given ${this.quote(key, value)} twice; allowed: each once`,
      removeCommand(path),
    );
  }
}

/** A reader's entries from JSON text or from what stands in a parsed object. */
function parseObject(value: unknown): Entries | undefined {
  const object = typeof value === "string" ? parseJson(value) : value;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return undefined;
  return new Map(Object.entries(object));
}

function parseList(value: unknown): readonly unknown[] | undefined {
  const list: unknown = typeof value === "string" ? parseJson(value) : value;
  return Array.isArray(list) && list.length > 0 ? list : undefined;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function listOf(allowed: string, inside: Inside): Rule<readonly unknown[]> {
  return { allowed: `a list, not empty, of ${allowed}`, inside, parse: parseList };
}

function objectRule([key, value]: ObjectExample): Rule<Entries> {
  return {
    allowed: `an object like {${key}: ${value}}`,
    inside: [key, value],
    // Text that was meant as an object may hold a password.
    hidden: (value) => typeof value === "string",
    parse: parseObject,
  };
}
