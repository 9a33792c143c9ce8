import { decode } from "../../provider/secrets";
import type { DiffKind } from "../../provider/plugin";
import { isRecord, sameValue } from "../../provider/values";

/** A rotated login is no reason to build again. */
const CREDENTIALS: ReadonlySet<string> = new Set(["registry.username", "registry.password"]);

/** Paths of the inputs that differ, by kind; every one of them means a new build. */
export function imageDiff(olds: unknown, news: unknown): Readonly<Record<string, DiffKind>> {
  const found: Record<string, DiffKind> = {};
  compare(decode(olds), decode(news), "", found);
  return found;
}

function compare(old: unknown, now: unknown, path: string, found: Record<string, DiffKind>): void {
  if (CREDENTIALS.has(path) || sameValue(old, now)) return;
  if (isRecord(old) && isRecord(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      compare(old[key], now[key], path === "" ? key : `${path}.${key}`, found);
    }
    return;
  }
  if (old === undefined) found[path] = "add";
  else found[path] = now === undefined ? "delete" : "update";
}
