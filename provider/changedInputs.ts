import { withoutCredentials } from "./credentials";
import type { DiffKind } from "./plugin";
import { decode } from "./secrets";
import { sameValue, type Properties } from "./values";

/** Names of the inputs that differ, credentials left aside. */
export function changedInputs(
  olds: Properties,
  news: Properties,
): Readonly<Record<string, DiffKind>> {
  const [was, now] = [olds, news].map((each) => withoutCredentials(decodeRecord(each)));
  const names = new Set([...Object.keys(was ?? {}), ...Object.keys(now ?? {})]);
  const changed = [...names].filter((name) => !sameValue(was?.[name], now?.[name]));
  return Object.fromEntries(changed.map((name) => [name, kindOf(was?.[name], now?.[name])]));
}

function kindOf(was: unknown, now: unknown): DiffKind {
  if (was === undefined) return "add";
  return now === undefined ? "delete" : "update";
}

function decodeRecord(properties: Properties): object {
  // decode keeps an object an object.
  return decode(properties) as object;
}
