import type { RegistryAccount } from "./registry";

/** Token `botcore:index:RegistryAccess`. Proves push and pull before anything is built. */
export interface RegistryAccessInputs {
  readonly registry: RegistryAccount;
  /** Repository paths without the server, e.g. `bot-core/rust-core-engine`. */
  readonly repositories: readonly string[];
  /** Input digests (hex) that are about to be built: a new one means a new proof. */
  readonly builds: readonly string[];
}

export type RegistryAccessOutputs = RegistryAccessInputs;
