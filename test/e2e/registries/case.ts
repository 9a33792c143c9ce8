import type { World } from "../world/world";
import type { WorldProject } from "../world/project";

/** Which credentials the user has: those of the first day, later ones, or ones that only read. */
export type Turn = "first" | "rotated" | "readOnly";

/** One kind of registry as the tests of all kinds need it. */
export interface RegistryCase {
  readonly kind: string;
  /** Configuration of the stack: `provider` and `registry`. */
  readonly config: (world: World) => Readonly<Record<string, unknown>>;
  /** Logs the project's user in. */
  readonly logIn: (project: WorldProject, turn: Turn, world: World) => Promise<void>;
  /** Its part of the registry behind. */
  readonly backend: string;
  /** Name of the registry's data plane. */
  readonly host: string;
  /** Who pushes and who the host pulls as, in the registry's own books; different ones. */
  readonly pusher: RegExp;
  readonly puller: RegExp;
  /** What a push by a reader is told: the registry's words and the mend. */
  readonly refusal: readonly RegExp[];
  /** The cloud, and what of it holds images and outlives a destroy. Absent: nothing is managed. */
  readonly cloud?: { readonly name: string; readonly keeps: RegExp };
}
