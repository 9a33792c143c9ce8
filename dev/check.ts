import { join } from "node:path";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";

const CHECKS: readonly (readonly string[])[] = [
  ["tsc", "--noEmit", "--project", "."],
  ["eslint", "--max-warnings=0", "."],
  ["prettier", "--check", "."],
];

/** `npm run check`: types, lint and format. All are run; the code is 1 where one of them failed. */
export async function check(): Promise<number> {
  let failed = 0;
  for (const [tool = "", ...args] of CHECKS) {
    const code = await runInForeground(join(CHECKOUT, "node_modules", ".bin", tool), args, {});
    console.error(`  ${code === 0 ? "✓" : "✗"} ${tool}`);
    if (code !== 0) failed = 1;
  }
  return failed;
}
