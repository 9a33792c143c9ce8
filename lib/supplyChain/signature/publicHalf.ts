import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run as runProgram, type RunResult } from "../../process/run";
import type { VerifyPolicy } from "../../resources/supplyChain";
import type { ToolOptions } from "../image";
import { findTool } from "../tools/findTool";
import { unreadableKey } from "./refusals";

const LIMIT_MS = 60_000;
/** Kubernetes keeps both halves as text, and cosign reads the public one by itself. */
const STORE = /^(?!k8s:)[a-z0-9]+:\/\//;

/** Has cosign print the public half of a key that signs; one in a file opens for it by its password. */
export async function printPublicHalf(key: string, options: ToolOptions): Promise<RunResult> {
  const { program } = await findTool("cosign", options);
  const { run = runProgram, signal } = options;
  // It asks nobody for a password: its input is closed.
  return run(program, ["public-key", "--key", key], {
    timeoutMs: LIMIT_MS,
    ...(signal === undefined ? {} : { signal }),
  });
}

/**
 * Gives `work` the policy to check by: a store's key as a file with its public half, read once. With
 * the reference itself cosign asks the store at each signature and takes its refusal for a signature
 * of another key; and it has Vault verify, which is one more right, by the key's first version alone.
 * @throws UserError `signature-tool` where the store does not give it, those of `findTool`
 */
export async function withPublicHalf<T>(
  policy: VerifyPolicy,
  options: ToolOptions,
  work: (checked: VerifyPolicy) => Promise<T>,
): Promise<T> {
  if (policy.kind !== "key" || !STORE.test(policy.key)) return work(policy);
  const result = await printPublicHalf(policy.key, options);
  if (result.code !== 0) throw unreadableKey(policy.key, result);
  const directory = mkdtempSync(join(tmpdir(), "bot-core-key-"));
  try {
    const key = join(directory, "store.pub");
    writeFileSync(key, result.stdout);
    return await work({ ...policy, key });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
