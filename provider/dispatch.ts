import type { Finding } from "../lib/errors";
import { UserError } from "../lib/errors";
import { changedInputs } from "./changedInputs";
import { HalfMadeError } from "./plugin";
import type { CheckReply, DiffReply, Plugin, ResourceState } from "./plugin";
import { UnfinishedError } from "./resource";
import type { Context, Diff, Old, ResourceProvider } from "./resource";
import { decode, encode, redact, secretTexts } from "./secrets";
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
  return new CodedResource(provider);
}

class CodedResource<I extends object, O extends I> implements BoundResource {
  public constructor(private readonly provider: ResourceProvider<I, O>) {}

  public async check(
    news: Properties,
    context: Context,
    olds: Properties | undefined,
  ): Promise<readonly Finding[]> {
    const was = olds === undefined ? undefined : this.inputsOf(olds);
    return (await this.provider.check?.(this.previewOf(news), context, was)) ?? [];
  }

  public async diff(old: ResourceState, news: Properties, context: Context): Promise<DiffReply> {
    const details = changedInputs(old.inputs, news);
    const own = await this.provider.diff?.(this.oldOf(old), this.previewOf(news), context);
    const diff: Diff = own ?? { changes: Object.keys(details).length > 0 };
    for (const line of diff.lines ?? []) context.report(line, "info");
    // Without a change of its own making the details would make the engine see one.
    return diff.changes ? { ...diff, details } : { changes: false };
  }

  public async create(
    inputs: Properties,
    context: Context,
  ): Promise<{ readonly id: string; readonly state: Properties }> {
    const made = await halfMade(inputs, () => this.provider.create(this.inputsOf(inputs), context));
    return { id: made.id, state: encode(made.outputs, inputs) };
  }

  public async update(old: ResourceState, news: Properties, context: Context): Promise<Properties> {
    const given = this.inputsOf(news);
    const was = this.oldOf(old);
    const outputs = await halfMade(news, () =>
      this.provider.update === undefined
        ? Promise.resolve({ ...was.outputs, ...given })
        : this.provider.update(was, given, context),
    );
    return encode(outputs, news);
  }

  public async read(old: ResourceState, context: Context): Promise<Properties | undefined> {
    if (this.provider.read === undefined) return old.state;
    const outputs = await this.provider.read(this.oldOf(old), context);
    return outputs === undefined ? undefined : encode(outputs, old.inputs);
  }

  public async delete(old: ResourceState, context: Context): Promise<void> {
    await this.provider.delete?.(this.oldOf(old), context);
  }

  // Proof of the types: the components build inputs of the one shape in lib/resources, and the
  // engine carries them as they are.
  private inputsOf(properties: Properties): I {
    return decode(properties) as I;
  }

  private previewOf(properties: Properties): PreviewInputs<I> {
    return decode(properties) as PreviewInputs<I>;
  }

  private oldOf({ id, state, inputs }: ResourceState): Old<I, O> {
    return { id, outputs: decode(state) as O, inputs: this.inputsOf(inputs) };
  }
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
