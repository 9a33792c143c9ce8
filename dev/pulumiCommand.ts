import { join } from "node:path";
import { UserError } from "../lib/errors";
import { run } from "../lib/process/run";
import { ensureDockerEngine, isOwnEngine } from "./dockerEngine";
import { devEnvironment } from "./environment";
import { runInForeground } from "./foreground";
import { CACHE_BIN, CHECKOUT } from "./paths";
import { isPulumiReady } from "./pulumiCli";

const PULUMI = join(CACHE_BIN, "pulumi");

/** The Pulumi CLI with the dev stack's environment, on this process's input and output. */
export async function pulumiCommand(args: readonly string[]): Promise<number> {
  requireSetUp();
  return runInForeground(PULUMI, args, devEnvironment());
}

/** The same, for its output. */
export async function pulumiOutput(
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  requireSetUp();
  return run(PULUMI, args, { env: devEnvironment(), cwd: CHECKOUT });
}

/**
 * After a reboot the engine that the dev environment started is down; its containers come along
 * with it. Other engines are their owner's business, and not every command needs one.
 */
export async function wakeEngine(): Promise<void> {
  requireSetUp();
  if (isOwnEngine()) await ensureDockerEngine();
}

function requireSetUp(): void {
  if (isPulumiReady()) return;
  throw new UserError("the dev environment is not set up yet: run `npm start`", "not-set-up");
}
