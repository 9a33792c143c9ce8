import { type Finding, UserError } from "../../lib/errors";
import type { ToolOptions } from "../../lib/supplyChain";
import type { Context } from "../resource";

/** How a resource's tools are run: they end with the run, and say what they do. */
export function toolOptions({ signal, report }: Context): ToolOptions {
  return {
    signal,
    report: (line) => {
      report(line);
    },
  };
}

/** A tool that is missing or too old, as a fault that a preview shows. */
export async function findingsOfTool(
  at: string,
  find: () => Promise<unknown>,
): Promise<readonly Finding[]> {
  try {
    await find();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ at, message: error.message }];
  }
}
