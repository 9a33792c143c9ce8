import * as pulumi from "@pulumi/pulumi";
import type { Answers } from "../../support/mocks";

/** Options of a resource that the engine's mocks do not show. */
export interface SeenOptions {
  readonly import?: string;
  readonly ignoreChanges?: readonly string[];
  readonly retainOnDelete?: boolean;
  readonly protect?: boolean;
}

const PARENT = "test:index:Parent";

/** What `OptionRecorder` registers itself. */
export const PARENT_ANSWERS: Answers = { [PARENT]: () => ({}) };

/**
 * A parent that sees the options of everything declared below it. Make it after the mocks, and hand
 * `options` to what is tested.
 */
export class OptionRecorder {
  /** By type and name, `TYPE NAME`. */
  public readonly seen = new Map<string, SeenOptions>();
  public readonly options: pulumi.ComponentResourceOptions;

  public constructor() {
    const record: pulumi.ResourceTransformation = ({ type, name, opts }) => {
      if (type !== PARENT) this.seen.set(`${type} ${name}`, seenOf(opts));
      return undefined;
    };
    const parent = new pulumi.ComponentResource(
      PARENT,
      "parent",
      {},
      { transformations: [record] },
    );
    this.options = { parent };
  }

  /** Options of the one resource of that name. */
  public of(name: string): SeenOptions {
    const found = [...this.seen].filter(([key]) => key.endsWith(` ${name}`));
    const [one] = found;
    if (one === undefined || found.length > 1) {
      throw new Error(`${found.length.toString()} resources are named ${name}`);
    }
    return one[1];
  }
}

function seenOf(options: pulumi.CustomResourceOptions): SeenOptions {
  const { import: imported, ignoreChanges, retainOnDelete, protect } = options;
  return {
    ...(imported === undefined ? {} : { import: imported }),
    ...(ignoreChanges === undefined ? {} : { ignoreChanges }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
    ...(protect === undefined ? {} : { protect }),
  };
}
