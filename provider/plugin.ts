import type { Properties } from "./values";

/** What a plugin may use while it works on one resource. */
export interface PluginContext {
  /** The resource that is worked on. */
  readonly urn: string;
  /** Shows one line below the resource. A plain line stays; an ephemeral one gives way to the next. */
  readonly report: (line: string, kind?: LineKind) => void;
  /** Aborted when the run is interrupted or the engine is gone. */
  readonly signal: AbortSignal;
}

export type LineKind = "ephemeral" | "info" | "warning" | "debug";

/** A fault of an input. `property` stays empty unless its value may be shown: the engine prints it. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckReply {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

export type DiffKind = "add" | "delete" | "update";

export interface DiffReply {
  readonly changes: boolean;
  /** Paths of the changed inputs (`build.context`) for the preview's details. */
  readonly details?: Readonly<Record<string, DiffKind>>;
  /** Paths whose change replaces the resource. */
  readonly replaces?: readonly string[];
}

export interface ResourceState {
  readonly id: string;
  /** Outputs as they are in state. */
  readonly state: Properties;
  /** Inputs as they were at the last create or update. */
  readonly inputs: Properties;
}

/**
 * A resource plugin, as the engine talks to it. Properties are raw: secrets wrapped, unknowns as
 * the engine's texts. Components, methods and functions are not offered.
 */
export interface Plugin {
  readonly version: string;
  /** true: create and update are called in previews too, with `preview` set. */
  readonly supportsPreview: boolean;
  /** Faults of the provider resource's own inputs. Default: none. */
  checkConfig?(inputs: Properties): readonly CheckFailure[];
  /** Takes the provider resource's inputs. Default: they are not looked at. */
  configure?(inputs: Properties): void;
  /** `olds` are the inputs of the last run; undefined for a resource that is not in state. */
  check(
    type: string,
    news: Properties,
    context: PluginContext,
    olds?: Properties,
  ): Promise<CheckReply>;
  diff(
    type: string,
    old: ResourceState,
    news: Properties,
    context: PluginContext,
  ): Promise<DiffReply>;
  create(
    type: string,
    inputs: Properties,
    preview: boolean,
    context: PluginContext,
  ): Promise<{ readonly id: string; readonly state: Properties }>;
  update(
    type: string,
    old: ResourceState,
    news: Properties,
    preview: boolean,
    context: PluginContext,
  ): Promise<Properties>;
  /** Undefined: the resource no longer exists. */
  read(type: string, old: ResourceState, context: PluginContext): Promise<Properties | undefined>;
  delete(type: string, old: ResourceState, context: PluginContext): Promise<void>;
}

/**
 * Thrown by create or update where something was made and must stay in state: the engine keeps
 * it, marked with the reasons.
 */
export class HalfMadeError extends Error {
  public constructor(
    message: string,
    public readonly id: string,
    public readonly state: Properties,
    public readonly reasons: readonly string[],
  ) {
    super(message);
    this.name = "HalfMadeError";
  }
}
