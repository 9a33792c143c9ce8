import type { ServiceFacts } from "../../compose/model";
import type { Colour } from "../labels";

/** One service as it is to run. */
export interface DesiredService {
  readonly facts: ServiceFacts;
  /** Undefined while the digest of an image of others is not known: it is pulled first. */
  readonly spec: string | undefined;
  /** `spec` without the image. */
  readonly configuration: string;
  readonly digest: string | undefined;
  /** Image reference that pins the digest; undefined with it. */
  readonly pinned: string | undefined;
  /** Image reference of the Compose file, for images of others. */
  readonly reference?: string;
  /** Docker's name of the restart policy: `no`, `always`, `unless-stopped`, `on-failure[:retries]`. */
  readonly restartPolicy: string;
  /** Docker's names of its networks. */
  readonly networkNames: readonly string[];
  /** Services whose namespaces or volumes it shares: where they are replaced it is replaced as well. */
  readonly follows: readonly string[];
  /** Hash over the switch's own definition and rules; undefined without a switch. */
  readonly switchSpec: string | undefined;
}

/** A release as it is to be. */
export interface DesiredRelease {
  readonly project: string;
  readonly version: string;
  readonly revision?: string;
  /** The services to deploy. */
  readonly services: Readonly<Record<string, DesiredService>>;
  /** true: only some of the model's services are deployed; nothing counts as an orphan then. */
  readonly partial: boolean;
  readonly drainSeconds: number;
}

export type Action =
  "keep" | "start-first" | "stop-first" | "hold" | "job" | "adopt" | "remove" | "mend";

/**
 * What becomes of a service's switch: `create` and `start` where none runs; `replace` restarts it, a
 * blink; `remove` where the service needs none any more.
 */
export type SwitchAction = "none" | "keep" | "create" | "start" | "replace" | "remove";

export interface PlannedService {
  readonly name: string;
  readonly action: Action;
  /** One line for a person. */
  readonly reason: string;
  /** The colour that serves now. */
  readonly from: Colour | undefined;
  /** The colour that will serve. The same as `from` for keep and mend. */
  readonly to: Colour;
  readonly switch: SwitchAction;
  /** Containers of plain Compose that this service takes over from. */
  readonly plain: readonly string[];
}

export interface ReleasePlan {
  readonly services: readonly PlannedService[];
  /** Containers to remove: orphans and what an interrupted release left. */
  readonly leftovers: readonly { readonly id: string; readonly why: string }[];
  /** What a person should know before saying yes. */
  readonly warnings: readonly string[];
  /** Number that this release gets. */
  readonly generation: number;
  /** false: there is nothing to do and nothing to record. */
  readonly changes: boolean;
}

/** true: new containers are made. */
export function replaces(action: Action): boolean {
  return (
    action === "start-first" || action === "stop-first" || action === "hold" || action === "adopt"
  );
}
