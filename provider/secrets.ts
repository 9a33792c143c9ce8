import { isRecord, isUnknownText, toWire, UNKNOWN, UNKNOWN_WIRE } from "./values";
import type { Properties, Value } from "./values";

/**
 * The engine marks a secret by an object with this key
 * (pulumi/pulumi sdk/go/common/resource/sig/sig.go), at any depth, also one inside the other.
 */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Shorter secrets are not looked for in texts: they would match by chance. */
const SHORTEST_TRACED = 6;

/** Is this wire value marked as secret? */
export function isWrapped(value: unknown): value is { readonly value?: Value } {
  return isRecord(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** Marks a value as secret; a marked one stays as it is. */
export function wrap(value: Value): Value {
  return isWrapped(value) ? value : { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** The plain value: secrets unwrapped at every depth, the engine's unknowns as UNKNOWN. */
export function decode(value: unknown): unknown {
  if (isWrapped(value)) return decode(value.value ?? null);
  if (isUnknownText(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(decode);
  if (!isRecord(value)) return value;
  // The engine sends null for an absent optional property.
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, decode(member)]));
}

/**
 * The wire form of `outputs` in which everything stays secret that was secret in `inputs`: what
 * stands at the same path, and every text that contains a secret text.
 */
export function encode(outputs: unknown, inputs: Properties): Properties {
  const wire = wrapPaths(toWire(outputs), inputs);
  const traced = wrapTexts(wire, secretTexts(inputs));
  if (!isRecord(traced)) throw new TypeError("a resource's outputs are an object");
  // toWire made it of Values only.
  return traced;
}

/** Members by these names are looked for in texts also where all of their object is secret. */
const TELLING_NAME = /password|passphrase|secret|token|credential|private/i;

/**
 * The secret texts of the inputs that are long enough not to match by chance, longest first. Where
 * a whole object is secret, only members with a telling name count: a registry that holds a
 * password makes no secret of its address.
 */
export function secretTexts(value: unknown): readonly string[] {
  const found = new Set<string>();
  collect(value, "plain", found);
  return [...found].sort((one, other) => other.length - one.length);
}

/** `text` with each of the secrets in it replaced; the secrets come longest first. */
export function redact(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return text;
  const escaped = secrets.map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // In one pass: a secret may itself be a part of the replacement.
  return text.replace(new RegExp(escaped.join("|"), "g"), "[secret]");
}

type Place = "plain" | "secret" | "in-secret";

function collect(value: unknown, place: Place, found: Set<string>): void {
  if (isWrapped(value)) {
    collect(value.value, "secret", found);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, place, found);
  } else if (isRecord(value)) {
    const within = place === "plain" ? "plain" : "in-secret";
    for (const [name, member] of Object.entries(value)) {
      collect(member, within === "in-secret" && TELLING_NAME.test(name) ? "secret" : within, found);
    }
  } else if (place === "secret" && typeof value === "string" && !isUnknownText(value)) {
    if (value.length >= SHORTEST_TRACED) found.add(value);
  }
}

function wrapPaths(output: Value, input: unknown): Value {
  if (isWrapped(output)) return output;
  if (isWrapped(input)) return wrap(output);
  if (Array.isArray(output) && Array.isArray(input)) {
    return output.map((item: Value, at) => wrapPaths(item, input[at]));
  }
  if (isRecord(output) && isRecord(input)) {
    return mapMembers(output, (member, key) => wrapPaths(member, input[key]));
  }
  return output;
}

function wrapTexts(value: Value, secrets: readonly string[]): Value {
  if (isWrapped(value) || secrets.length === 0) return value;
  if (typeof value === "string") {
    const hides = value !== UNKNOWN_WIRE && secrets.some((secret) => value.includes(secret));
    return hides ? wrap(value) : value;
  }
  if (Array.isArray(value)) return value.map((item: Value) => wrapTexts(item, secrets));
  return isRecord(value) ? mapMembers(value, (member) => wrapTexts(member, secrets)) : value;
}

function mapMembers(
  record: Readonly<Record<string, Value>>,
  change: (member: Value, key: string) => Value,
): Value {
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, change(item, key)]));
}
