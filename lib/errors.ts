/**
 * Faults that a user can mend. They are shown as their message alone, never with a stack.
 * A message says what was given, what is allowed and what to do next.
 */
export class UserError extends Error {
  /**
   * @param message what was given, what is allowed, what to do; may have several lines
   * @param code a stable kebab-case name of the kind of fault; tests and callers match on this
   */
  public constructor(
    message: string,
    public readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "UserError";
  }
}

/** One fault of an input: where it stands, what is wrong and how to mend it. */
export interface Finding {
  /** Path of the argument (`registry.server`) or file with line (`docker-compose.prod.yml:12`). */
  readonly at: string;
  /** What was given, what is allowed, what to do. One line, no full stop. */
  readonly message: string;
}

/** All faults of one input together, one a line, in the order given. */
export function findingsError(
  title: string,
  findings: readonly Finding[],
  code: string,
): UserError {
  const lines = findings.map(({ at, message }) => `  ${at}: ${message}`);
  return new UserError([`${title}:`, ...lines].join("\n"), code);
}

/** The text of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
