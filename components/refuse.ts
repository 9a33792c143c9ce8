import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../lib/errors";

/** Runs a program so that faults of the user are shown as their message alone, without a stack. */
export function refuse<T>(program: () => Promise<T>): () => Promise<T> {
  return async () => {
    try {
      return await program();
    } catch (error) {
      if (error instanceof UserError) throw refusal(error);
      throw error;
    }
  };
}

/**
 * A user's fault as Pulumi shows it: the message alone. It has no frames either, because Pulumi
 * formats them in colour for its trace all the same, and there Node 20.20 never ends at a frame
 * whose path has no `/` behind the package's name.
 */
export function refusal({ message }: UserError): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = `${error.name}: ${message}`;
  return error;
}
