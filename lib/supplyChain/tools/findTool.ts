import { UserError } from "../../errors";
import { run as runProgram } from "../../process/run";
import type { ToolOptions } from "../image";
import { SUPPORTED, type ToolName, assertVersion, missingTool } from "./versions";

/** A tool that may be used. */
export interface Tool {
  readonly name: ToolName;
  /** What to run. */
  readonly program: string;
  /** Without a leading `v`. */
  readonly version: string;
}

/** Found once a process; another PATH may have another one. */
const found = new Map<string, Promise<Tool>>();

/**
 * Finds a tool on PATH and checks its version.
 * @throws UserError `tool-missing`, `tool-too-old`, `tool-malicious`, `tool-version`
 */
export function findTool(name: ToolName, options: ToolOptions = {}): Promise<Tool> {
  if (options.run !== undefined) return ask(name, options);
  const key = [name, process.env["PATH"]].join("\0");
  const known = found.get(key);
  if (known !== undefined) return known;
  const asked = ask(name, options);
  found.set(key, asked);
  // Only what was found stays true: the user may install it meanwhile.
  asked.catch(() => found.delete(key));
  return asked;
}

async function ask(name: ToolName, { run = runProgram, signal }: ToolOptions): Promise<Tool> {
  try {
    const asked = signal === undefined ? {} : { signal };
    const { stdout, stderr } = await run(name, SUPPORTED[name].args, asked);
    return { name, program: name, version: assertVersion(name, `${stdout}\n${stderr}`) };
  } catch (error) {
    if (error instanceof UserError && error.code === "program-missing") throw missingTool(name);
    throw error;
  }
}
