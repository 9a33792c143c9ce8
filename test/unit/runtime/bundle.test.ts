import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const requireHere = createRequire(__filename);
// The launcher's own module is JavaScript: it runs before TypeScript can.
const { bundleOf } = requireHere("../../../runtime/bundle.cjs") as {
  bundleOf: (
    entry: string,
    options?: { cache?: string; external?: readonly string[] },
  ) => string | undefined;
};

describe("the bundle of an entry point", function () {
  this.timeout(30_000);
  let folder: string;
  let entry: string;
  let cache: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    entry = join(folder, "main.ts");
    cache = join(folder, "cache");
    write("main.ts", 'import { value } from "./part";\nexport const result: number = value * 2;');
    await settle("part.ts", "export const value: number = 21;");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  /** A source that is as new as the bundle itself is not trusted. */
  const settle = async (name: string, text: string): Promise<void> => {
    write(name, text);
    await sleep(20);
  };
  const resultOf = (file: string | undefined): unknown => {
    assert.ok(file !== undefined);
    return (requireHere(file) as { result: unknown }).result;
  };

  it("is made once, and again after a change of any source", async () => {
    const first = bundleOf(entry, { cache });
    assert.equal(resultOf(first), 42);
    const made = statSync(first!).mtimeMs;
    assert.equal(bundleOf(entry, { cache }), first);
    assert.equal(statSync(first!).mtimeMs, made);
    await settle("part.ts", "export const value: number = 100;");
    assert.equal(resultOf(bundleOf(entry, { cache })), 200);
  });

  it("is made again where it is gone", () => {
    const first = bundleOf(entry, { cache });
    rmSync(first!);
    assert.equal(resultOf(bundleOf(entry, { cache })), 42);
  });

  it("is nothing where a source does not parse or the folder cannot be written", async () => {
    write("cache", "a file");
    assert.equal(bundleOf(entry, { cache }), undefined);
    rmSync(cache);
    await settle("part.ts", "export const value: = ;");
    assert.equal(bundleOf(entry, { cache }), undefined);
  });
});
