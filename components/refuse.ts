import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../lib/errors";

/** Runs a program so that faults of the user are shown as their message alone, without a stack. */
export function refuse<T>(program: () => Promise<T>): () => Promise<T> {
  return async () => {
    try {
      return await program();
    } catch (error) {
      if (error instanceof UserError) throw new pulumi.RunError(error.message);
      throw error;
    }
  };
}
