import { randomBytes } from "node:crypto";
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { messageOf, UserError } from "../errors";
import type { ChangedFile } from "./rebuild";

/**
 * Puts all files in place, or none where one cannot be written: each is written beside its place first,
 * with its mode, and then renamed. A link stays one.
 * @throws UserError `base-unwritable`; `base-changed` where a file is no longer what was read
 */
export async function writeFiles(files: readonly ChangedFile[]): Promise<void> {
  const staged: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const { path, name, before, after } of files) {
      const to = await realpath(path);
      if ((await readFile(to, "utf8")) !== before) {
        throw new UserError(`\`${name}\` was changed meanwhile; run again`, "base-changed");
      }
      const from = `${to}.${randomBytes(4).toString("hex")}.tmp`;
      staged.push({ from, to });
      await writeFile(from, after, { mode: (await stat(to)).mode, flag: "wx" });
    }
    for (const { from, to } of staged) await rename(from, to);
  } catch (error) {
    await Promise.all(staged.map(({ from }) => rm(from, { force: true })));
    if (error instanceof UserError) throw error;
    throw new UserError(
      `the files cannot be written: ${messageOf(error)}; give yourself the right to, or use \`--check\``,
      "base-unwritable",
    );
  }
}
