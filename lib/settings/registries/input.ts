import type { Faults } from "../faults";
import type { ConfigReader } from "../reader";
import type { Environment } from "../settings";

/** What a kind of registry is read from. */
export interface RegistryInput {
  /** The `registry` object. */
  readonly reader: ConfigReader;
  readonly environment: Environment;
  readonly faults: Faults;
}
