/** What an expression may name: `github`, `inputs`, `env`… by name. */
export type Contexts = Readonly<Record<string, unknown>>;
export type Functions = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const TOKEN = /\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|[!(),])|([A-Za-z_][\w-]*(?:\.[\w-]+)*))/y;

/**
 * Evaluates the part of GitHub's expressions that the workflows use: contexts, texts, `==`, `!=`, `!`,
 * `&&`, `||`, brackets and functions. What a context lacks is empty, as on a runner.
 * @throws Error for anything else: a workflow that uses more needs more here
 */
export function evaluate(expression: string, contexts: Contexts, functions: Functions): unknown {
  const parser = new Parser(tokensOf(expression), contexts, functions);
  return parser.whole();
}

/** Replaces each `${{ … }}` of a text; a text that is one expression alone stays what it is worth. */
export function interpolate(text: string, contexts: Contexts, functions: Functions): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    asText(evaluate(expression, contexts, functions)),
  );
}

export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "boolean" || typeof value === "number" ? String(value) : "";
}

export function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== false && value !== 0;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  const text = expression.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [whole] = TOKEN.exec(text) ?? [];
    const token = whole?.trim();
    if (token === undefined) throw new Error(`expression not understood: ${expression}`);
    tokens.push(token);
  }
  return tokens;
}

class Parser {
  private at = 0;

  public constructor(
    private readonly tokens: readonly string[],
    private readonly contexts: Contexts,
    private readonly functions: Functions,
  ) {}

  public whole(): unknown {
    const value = this.or();
    if (this.at < this.tokens.length) throw new Error(`unexpected ${this.tokens[this.at] ?? ""}`);
    return value;
  }

  private or(): unknown {
    let value = this.and();
    while (this.take("||")) {
      const other = this.and();
      value = isTrue(value) ? value : other;
    }
    return value;
  }

  private and(): unknown {
    let value = this.comparison();
    while (this.take("&&")) {
      const other = this.comparison();
      value = isTrue(value) ? other : value;
    }
    return value;
  }

  private comparison(): unknown {
    const value = this.unary();
    if (this.take("==")) return asText(value) === asText(this.unary());
    if (this.take("!=")) return asText(value) !== asText(this.unary());
    return value;
  }

  private unary(): unknown {
    if (this.take("!")) return !isTrue(this.unary());
    if (this.take("(")) {
      const value = this.or();
      this.expect(")");
      return value;
    }
    const token = this.tokens[this.at++] ?? "";
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    return this.take("(") ? this.call(token) : this.named(token);
  }

  private call(name: string): unknown {
    const args: unknown[] = [];
    while (!this.take(")")) {
      args.push(this.or());
      this.take(",");
    }
    const made = this.functions[name];
    if (made === undefined) throw new Error(`unknown function ${name}`);
    return made(...args);
  }

  private named(path: string): unknown {
    const [context = "", ...keys] = path.split(".");
    if (context === "true" || context === "false") return context === "true";
    if (!Object.hasOwn(this.contexts, context)) throw new Error(`unknown context ${path}`);
    return keys.reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null
          ? (value as Readonly<Record<string, unknown>>)[key]
          : undefined,
      this.contexts[context],
    );
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw new Error(`${token} is missing`);
  }
}
