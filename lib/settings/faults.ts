import { findingsError, type Finding, type UserError } from "../errors";
import { exportCommand, removeCommand, setCommand, showPath, type Path } from "./mend";
import type { Rule } from "./rules";
import { suggest } from "./suggest";

/** How much of a value a message shows, in characters. */
const SHOWN_LENGTH = 60;

/** What a rule says of its values, whatever their type. */
type AnyRule = Omit<Rule<unknown>, "parse">;

/** Collects every fault of a configuration, so that they are reported together. */
export class Faults {
  private readonly findings: Finding[] = [];

  public get any(): boolean {
    return this.findings.length > 0;
  }

  /** A value that breaks its rule. `secret`: nothing of the value is shown. */
  public value(path: Path, value: unknown, rule: AnyRule, secret: boolean): void {
    const hidden = secret || rule.hidden?.(value) === true;
    // The command for a secret asks for the value; a plain field beside a secret one stays plain.
    const asks = secret && (path.length === 1 || rule.hidden?.(value) === true);
    this.add(showPath(path), [
      given(value, secret, hidden, rule),
      `allowed: ${rule.allowed}`,
      ...didYouMean(hidden ? undefined : value, rule.candidates ?? []),
      `run: ${mendOf(path, rule, asks)}`,
    ]);
  }

  /** A value of an environment variable that breaks its rule. */
  public variable(name: string, value: string, rule: AnyRule): void {
    this.add(name, [
      given(value, false, rule.hidden?.(value) === true, rule),
      `allowed: ${rule.allowed}`,
      `run: ${exportCommand(name, rule.example ?? "…")}`,
    ]);
  }

  /** A key that has to be there and is not. */
  public missing(path: Path, rule: AnyRule, note?: string): void {
    this.add(showPath(path), [
      "not set",
      ...(note === undefined ? [] : [note]),
      `allowed: ${rule.allowed}`,
      `run: ${mendOf(path, rule, false)}`,
    ]);
  }

  /** A key that nobody reads. */
  public unknown(path: Path, known: readonly string[]): void {
    this.add(showPath(path), [
      "unknown key",
      `allowed: ${known.join(", ")}`,
      ...didYouMean(path.at(-1), known),
      `run: ${removeCommand(path)}`,
    ]);
  }

  /** A name that its rule does not allow, in an object whose keys are data. */
  public name(path: Path, name: string, rule: AnyRule): void {
    this.add(showPath(path), [
      "the name is not legal",
      `allowed: ${rule.allowed}`,
      ...didYouMean(name, rule.candidates ?? []),
      `run: ${removeCommand(path)}`,
    ]);
  }

  /** A fault in words of its own; `mend` is the whole command. */
  public other(at: string, message: string, mend: string): void {
    this.add(at, [message, `run: ${mend}`]);
  }

  /** All faults as one error; see `UserError`. */
  public error(): UserError {
    return findingsError("The configuration is not valid", this.findings, "config-invalid");
  }

  private add(at: string, parts: readonly string[]): void {
    this.findings.push({ at, message: parts.join("; ") });
  }
}

function mendOf(path: Path, rule: AnyRule, asks: boolean): string {
  if (rule.inside === undefined) return setCommand(path, asks ? undefined : rule.example);
  const keys = rule.inside.slice(0, -1);
  return setCommand([...path, ...keys], String(rule.inside.at(-1)));
}

function given(value: unknown, secret: boolean, hidden: boolean, rule: AnyRule): string {
  if (secret) return "given a secret value, which is not shown";
  if (hidden) return "given a value that is not shown";
  const reason = rule.reason?.(value);
  return `given ${show(value)}${reason === undefined ? "" : `, ${reason}`}`;
}

/** A value for a message: short, on one line; objects and lists only by their kind. */
function show(value: unknown): string {
  if (Array.isArray(value) || (typeof value === "string" && value.startsWith("["))) return "a list";
  if ((typeof value === "object" && value !== null) || isObjectText(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

function isObjectText(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("{");
}

function didYouMean(value: unknown, candidates: readonly string[]): string[] {
  const near = typeof value === "string" ? suggest(value, candidates) : undefined;
  return near === undefined || near === value ? [] : [`did you mean ${near}?`];
}
