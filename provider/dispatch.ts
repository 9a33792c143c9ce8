import type { Finding } from "../lib/errors";
import { UserError } from "../lib/errors";
import { withoutCredentials } from "./credentials";
import { HalfMadeError } from "./plugin";
import type { CheckReply, DiffKind, DiffReply, Plugin, ResourceState } from "./plugin";
import { UnfinishedError } from "./resource";
import type { Context, Diff, Old, ResourceProvider } from "./resource";
import { decode, encode, redact, secretTexts } from "./secrets";
import { sameValue } from "./values";
import type { PreviewInputs, Properties } from "./values";

/** A resource provider behind the wire's types, so that different ones stand in one table. */
export interface BoundResource {
  check(
    news: Properties,
    context: Context,
    olds: Properties | undefined,
  ): Promise<readonly Finding[]>;
  diff(old: ResourceState, news: Properties, context: Context): Promise<DiffReply>;
  create(
    inputs: Properties,
    context: Context,
  ): Promise<{ readonly id: string; readonly state: Properties }>;
  update(old: ResourceState, news: Properties, context: Context): Promise<Properties>;
  read(old: ResourceState, context: Context): Promise<Properties | undefined>;
  delete(old: ResourceState, context: Context): Promise<void>;
}

/** Puts decoding before and encoding behind a resource provider. */
export function bindResource<I extends object, O extends I>(
  provider: ResourceProvider<I, O>,
): BoundResource {
  // Proof of the types: the components build inputs of the one shape in lib/resources, and the
  // engine carries them as they are.
  const inputsOf = (properties: Properties): I => decode(properties) as I;
  const previewOf = (properties: Properties): PreviewInputs<I> =>
    decode(properties) as PreviewInputs<I>;
  const oldOf = ({ id, state, inputs }: ResourceState): Old<I, O> => ({
    id,
    outputs: decode(state) as O,
    inputs: inputsOf(inputs),
  });
  return {
    check: async (news, context, olds) => {
      const was = olds === undefined ? undefined : inputsOf(olds);
      return (await provider.check?.(previewOf(news), context, was)) ?? [];
    },
    diff: async (old, news, context) => {
      const details = changedInputs(old.inputs, news);
      const diff: Diff = (await provider.diff?.(oldOf(old), previewOf(news), context)) ?? {
        changes: Object.keys(details).length > 0,
      };
      for (const line of diff.lines ?? []) context.report(line, "info");
      // Without a change of its own making the details would make the engine see one.
      return diff.changes ? { ...diff, details } : { changes: false };
    },
    create: async (inputs, context) => {
      const made = await halfMade(inputs, () => provider.create(inputsOf(inputs), context));
      return { id: made.id, state: encode(made.outputs, inputs) };
    },
    update: async (old, news, context) => {
      const given = inputsOf(news);
      const was = oldOf(old);
      const outputs = await halfMade(news, () =>
        provider.update === undefined
          ? Promise.resolve({ ...was.outputs, ...given })
          : provider.update(was, given, context),
      );
      return encode(outputs, news);
    },
    read: async (old, context) => {
      if (provider.read === undefined) return old.state;
      const outputs = await provider.read(oldOf(old), context);
      return outputs === undefined ? undefined : encode(outputs, old.inputs);
    },
    delete: async (old, context) => {
      await provider.delete?.(oldOf(old), context);
    },
  };
}

/** Names of the inputs that differ, credentials left aside. */
function changedInputs(olds: Properties, news: Properties): Readonly<Record<string, DiffKind>> {
  const [was, now] = [olds, news].map((each) => withoutCredentials(decodeRecord(each)));
  const names = new Set([...Object.keys(was ?? {}), ...Object.keys(now ?? {})]);
  const changed = [...names].filter((name) => !sameValue(was?.[name], now?.[name]));
  return Object.fromEntries(changed.map((name) => [name, kindOf(was?.[name], now?.[name])]));
}

function kindOf(was: unknown, now: unknown): DiffKind {
  if (was === undefined) return "add";
  return now === undefined ? "delete" : "update";
}

function decodeRecord(properties: Properties): object {
  // decode keeps an object an object.
  return decode(properties) as object;
}

async function halfMade<T>(inputs: Properties, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnfinishedError)) throw error;
    const secrets = secretTexts(inputs);
    const state = encode(error.outputs, inputs);
    throw new HalfMadeError(error.message, error.id, state, [redact(error.message, secrets)]);
  }
}

/** The plugin over a table of resources, by the last part of their tokens (`PACKAGE:index:NAME`). */
export class ResourcePlugin implements Plugin {
  /** check and diff do all the planning; nothing is made in a preview. */
  public readonly supportsPreview = false;

  /**
   * @param version a semantic version
   * @param packageName the first part of the tokens
   */
  public constructor(
    public readonly version: string,
    private readonly packageName: string,
    private readonly resources: Readonly<Record<string, BoundResource>>,
  ) {}

  public async check(
    type: string,
    news: Properties,
    context: Context,
    olds?: Properties,
  ): Promise<CheckReply> {
    const findings = await this.#resource(type).check(news, context, olds);
    const secrets = secretTexts(news);
    const failures = findings.map(({ at, message }) => ({
      // With a property's name the engine would print that property's value, also a secret one.
      property: "",
      reason: redact(`${at}: ${message}`, secrets),
    }));
    return { inputs: news, failures };
  }

  public diff(
    type: string,
    old: ResourceState,
    news: Properties,
    context: Context,
  ): Promise<DiffReply> {
    return this.#resource(type).diff(old, news, context);
  }

  public create(
    type: string,
    inputs: Properties,
    _preview: boolean,
    context: Context,
  ): Promise<{ readonly id: string; readonly state: Properties }> {
    return this.#resource(type).create(inputs, context);
  }

  public update(
    type: string,
    old: ResourceState,
    news: Properties,
    _preview: boolean,
    context: Context,
  ): Promise<Properties> {
    return this.#resource(type).update(old, news, context);
  }

  public read(type: string, old: ResourceState, context: Context): Promise<Properties | undefined> {
    return this.#resource(type).read(old, context);
  }

  public delete(type: string, old: ResourceState, context: Context): Promise<void> {
    return this.#resource(type).delete(old, context);
  }

  #resource(type: string): BoundResource {
    const [packageName, module, name = ""] = type.split(":");
    const bound = Object.hasOwn(this.resources, name) ? this.resources[name] : undefined;
    if (packageName === this.packageName && module === "index" && bound !== undefined) {
      return bound;
    }
    const tokens = Object.keys(this.resources).map((each) => `${this.packageName}:index:${each}`);
    throw new UserError(
      `unknown resource type \`${type}\`; the plugin offers ${tokens.join(", ")}`,
      "resource-unknown",
    );
  }
}
