/** A property as it travels between engine and plugin: JSON. */
export type Value =
  null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** The properties of one resource. */
export type Properties = Readonly<Record<string, Value>>;

/** Stands in decoded inputs for a value that only exists after the update. */
export const UNKNOWN = Symbol("unknown");
export type Unknown = typeof UNKNOWN;

/** A value of which any part may still be unknown, as `check` and `diff` see it in a preview. */
export type MaybeUnknown<T> =
  | Unknown
  | (T extends string | number | boolean | null | undefined
      ? T
      : T extends readonly (infer E)[]
        ? readonly MaybeUnknown<E>[]
        : { readonly [K in keyof T]: MaybeUnknown<T[K]> });

/** The inputs of a resource in a preview: its names are known, its values may not be. */
export type PreviewInputs<T> = { readonly [K in keyof T]: MaybeUnknown<T[K]> };

/** What the engine sends for an unknown string, and what a plugin sends back for any unknown. */
export const UNKNOWN_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has one text a type (pulumi/pulumi sdk/go/common/resource/plugin/rpc.go). */
const UNKNOWN_TEXTS: ReadonlySet<string> = new Set([
  UNKNOWN_WIRE,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Is this wire value one of the engine's texts for "unknown"? */
export function isUnknownText(value: unknown): boolean {
  return typeof value === "string" && UNKNOWN_TEXTS.has(value);
}

/** An object that is neither null nor a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value where every part of it is known, else undefined. */
export function known<T>(value: MaybeUnknown<T>): T | undefined {
  // Without an unknown in it MaybeUnknown<T> is T itself.
  return hasUnknown(value) ? undefined : (value as T);
}

/** Is any part of a decoded value unknown? */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isRecord(value) && Object.values(value).some(hasUnknown);
}

/** The wire form of anything JSON-like: undefined members dropped, unknowns as the engine's text. */
export function toWire(value: unknown): Value {
  if (value === UNKNOWN) return UNKNOWN_WIRE;
  if (Array.isArray(value)) return value.map(toWire);
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, toWire(member)]));
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (value === null || value === undefined) return null;
  throw new TypeError(`a ${typeof value} cannot be sent to the engine`);
}

/** Equal as JSON, whatever the order of keys; undefined members count as absent. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => sameValue(item, other[at]));
  }
  if (isRecord(one) && isRecord(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => sameValue(one[key], other[key]));
  }
  return one === other;
}
