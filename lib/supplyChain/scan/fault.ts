import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../errors";
import type { Credentials } from "../../oci";
import { type RunOptions, run as runProgram } from "../../process/run";
import type { ToolOptions } from "../image";
import { toolError } from "../tools/output";
import type { Tool } from "../tools/findTool";

/**
 * A scan that did not come to its end: the database, the registry, the scanner itself. It says
 * nothing of the image; what a scan found is never one.
 */
export class ScanFault extends UserError {
  /** @param passing true: the same may work in a moment */
  public constructor(
    message: string,
    public readonly passing: boolean,
    options?: ErrorOptions,
  ) {
    super(message, "scan-failed", options);
  }
}

/** What registries, mirrors and networks say when they will be well again. */
const PASSING =
  /\b(?:408|429|50[0234])\b|TOOMANYREQUESTS|too many requests|timed? ?out|deadline exceeded|connection (?:reset|refused)|broken pipe|\bEOF\b|temporary failure|try again|server misbehaving|service unavailable/i;

/** A large image over a slow line, and nothing that hangs. */
const TIMEOUT_MS = 20 * 60_000;

/** Milliseconds before each further attempt. */
export const WAITS_MS: readonly number[] = [2_000, 8_000, 20_000];

export interface ToolCall {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** What is being done, as the start of a sentence. */
  readonly what: string;
  readonly folder: string;
  readonly env?: RunOptions["env"];
  /** Taken out of messages. */
  readonly credentials?: Credentials | undefined;
}

/**
 * Runs a scanner and returns what it printed.
 * @throws ScanFault where it ends with another code than 0
 */
export async function callTool(call: ToolCall, options: ToolOptions): Promise<string> {
  const { tool, args, what, folder, env, credentials } = call;
  const result = await (options.run ?? runProgram)(tool.program, args, {
    cwd: folder,
    timeoutMs: TIMEOUT_MS,
    ...(env === undefined ? {} : { env }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).catch((error: unknown) => {
    if (!(error instanceof UserError) || error.code !== "program-timeout") throw error;
    throw new ScanFault(`${what}: ${error.message}`, false, { cause: error });
  });
  if (result.code === 0) return result.stdout;
  const { message } = toolError(what, "scan-failed", result, credentials);
  throw new ScanFault(message, PASSING.test(`${result.stdout}\n${result.stderr}`));
}

/** Tries again what may work in a moment. */
export async function withRetries<T>(
  work: () => Promise<T>,
  waits: readonly number[],
  { report, signal }: ToolOptions,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const wait = waits[attempt];
      if (!(error instanceof ScanFault) || !error.passing || wait === undefined) throw error;
      report?.(`${firstLine(error.message)}; trying again in ${Math.ceil(wait / 1000)} s`);
      await pause(wait, signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {
    throw new UserError("the scan was interrupted", "program-aborted");
  });
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/:$/, "");
}
