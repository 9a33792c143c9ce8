import type { Finding } from "../lib/errors";
import type { PluginContext } from "./plugin";
import type { PreviewInputs } from "./values";

/** What a resource may use while it works. */
export type Context = PluginContext;

/** A resource as it is in state. */
export interface Old<I, O> {
  readonly id: string;
  readonly outputs: O;
  /** Of the last run, also where that changed nothing else: its credential sources are the newest. */
  readonly inputs: I;
}

export interface Diff {
  readonly changes: boolean;
  /** Names of the inputs whose change replaces the resource. Default: it is updated in place. */
  readonly replaces?: readonly string[];
  /** What will happen and why, a line each, shown in the preview. */
  readonly lines?: readonly string[];
}

/**
 * One kind of resource. Inputs and outputs are decoded: no secrets' wrapping in them; what was
 * secret in the inputs is secret in the outputs again without any doing of the resource.
 */
export interface ResourceProvider<I extends object, O extends I> {
  /**
   * Every fault of the inputs; it may look at registry and host. Default: none.
   * @param olds inputs of the last run; undefined for a resource that is not in state
   */
  check?(
    inputs: PreviewInputs<I>,
    context: Context,
    olds: I | undefined,
  ): Promise<readonly Finding[]>;
  /** Default: an input differs, credentials left aside. */
  diff?(old: Old<I, O>, news: PreviewInputs<I>, context: Context): Promise<Diff>;
  /** Never called in a preview. An UnfinishedError keeps what was made in state. */
  create(inputs: I, context: Context): Promise<{ readonly id: string; readonly outputs: O }>;
  /** Default: the inputs are recorded, nothing is done. */
  update?(old: Old<I, O>, news: I, context: Context): Promise<O>;
  /** The resource as it is now; undefined where it is gone. Default: as in state. */
  read?(old: Old<I, O>, context: Context): Promise<O | undefined>;
  /** Default: it only leaves the state. */
  delete?(old: Old<I, O>, context: Context): Promise<void>;
}

/** Thrown by create or update: something was made, but it is not as it should be. */
export class UnfinishedError extends Error {
  public constructor(
    message: string,
    public readonly id: string,
    public readonly outputs: object,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "UnfinishedError";
  }
}
