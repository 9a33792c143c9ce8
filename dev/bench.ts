import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors";
import { devEnvironment } from "./environment";
import { runInForeground } from "./foreground";
import { CHECKOUT } from "./paths";
import { setUp } from "./setup";
import { ensureSupplyChainTools } from "./supplyChainTools";

/** `npm run bench`: measures the numbers of the design, both sides of each ratio in one run. */
export async function bench(args: readonly string[]): Promise<number> {
  const program = join(CHECKOUT, "test", "bench", "main.ts");
  if (!existsSync(program)) {
    throw new UserError("there is no benchmark at test/bench/main.ts", "no-bench");
  }
  await setUp({ tests: true });
  const variables = { ...devEnvironment(), ...(await ensureSupplyChainTools()) };
  return runInForeground(process.execPath, ["--import", "tsx", program, ...args], variables);
}
