import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../lib/errors";

/** Runs a program so that faults of the user are shown as their message alone, without a stack. */
export function refuse<T>(program: () => Promise<T>): () => Promise<T> {
  return async () => {
    try {
      return await program();
    } catch (error) {
      throw printable(error instanceof UserError ? new pulumi.RunError(error.message) : error);
    }
  };
}

/**
 * An error without the frames of packages. Pulumi formats every error in colour by `util.inspect`, and
 * Node 20.20's never ends, and fills the memory, at a frame whose path has no `/` behind the package's
 * name, such as the SDK's source maps make. Such frames tell nothing of a fault of ours.
 */
export function printable(error: unknown): unknown {
  if (error instanceof Error && error.stack !== undefined) {
    const lines = error.stack.split("\n");
    error.stack = lines.filter((line) => !line.includes("node_modules")).join("\n");
  }
  return error;
}
