import * as pulumi from "@pulumi/pulumi";

/** One resource as the program registered it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** The inputs with secrets unwrapped. */
  readonly inputs: unknown;
  /** Names of the inputs that are secret or have a secret anywhere in them; sorted. */
  readonly secrets: readonly string[];
}

/** What a token answers: the state beside its inputs. Tokens without an entry are refused. */
export type Answers = Readonly<
  Record<string, (inputs: unknown) => Readonly<Record<string, unknown>>>
>;

export interface MockOptions {
  /** Default: false. */
  readonly preview?: boolean;
  readonly project?: string;
  readonly stack?: string;
  /** What each invoked function answers, by token. Functions without an entry are refused. */
  readonly calls?: Calls;
}

/** Answers of invoked functions; one that throws is a function that fails. */
export type Calls = Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => object>>;

/**
 * Marks of a secret in the engine's wire format (sdk/nodejs/runtime/rpc.ts). Reading it, the SDK
 * raises secrets to the outermost property, so they are looked for there only.
 */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Puts Pulumi's engine aside and records what is registered.
 * @param answers every token that the program may register; any other is an error
 */
export async function recordResources(
  answers: Answers,
  { preview = false, project = "bot-core", stack = "test", calls = {} }: MockOptions = {},
): Promise<Recorder> {
  const recorder = new Recorder(answers, preview, calls);
  await pulumi.runtime.setMocks(recorder, project, stack, preview, "organization");
  return recorder;
}

export class Recorder implements pulumi.runtime.Mocks {
  private readonly seen: Registration[] = [];

  public constructor(
    private readonly answers: Answers,
    private readonly preview: boolean,
    private readonly calls: Calls = {},
  ) {}

  /** Everything registered so far, by type and name, so that the order of arrival does not matter. */
  public get registrations(): readonly Registration[] {
    return this.seen.toSorted((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));
  }

  /** `type name` of everything, in the order of its arrival: what depends on another one comes later. */
  public get arrivals(): readonly string[] {
    return this.seen.map(({ type, name }) => `${type} ${name}`);
  }

  public newResource({
    type,
    name,
    inputs,
  }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
    const answer = this.answers[type];
    if (answer === undefined) throw new Error(`${type} (${name}) was not expected`);
    const wire = entriesOf(inputs);
    const plain = Object.fromEntries(wire.map(([key, value]) => [key, unwrap(value)]));
    const secrets = wire.filter(([, value]) => isSecret(value)).map(([key]) => key);
    this.seen.push({ type, name, inputs: plain, secrets: secrets.sort() });
    // The engine echoes the inputs in a preview, and knows no id.
    const state = { ...Object.fromEntries(wire), ...(this.preview ? {} : answer(plain)) };
    return { id: this.preview ? undefined : `${name}-id`, state };
  }

  public call({ token, inputs }: pulumi.runtime.MockCallArgs): object {
    const answer = this.calls[token];
    if (answer === undefined) throw new Error(`the call ${token} was not expected`);
    try {
      return answer(Object.fromEntries(entriesOf(inputs)));
    } catch (error) {
      // The SDK reads a failed call's text where gRPC has it.
      throw Object.assign(new Error(), { details: String(error) });
    }
  }
}

/**
 * The value of an output once it is settled; undefined where it is unknown, as in a preview.
 * (`apply` would wait for ever there.)
 */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  // Every output carries these two (sdk/nodejs/output.ts); the public type leaves them out.
  const { isKnown, promise } = output as unknown as {
    isKnown: Promise<boolean>;
    promise: () => Promise<T>;
  };
  return (await isKnown) ? await promise() : undefined;
}

/** Waits until a resource is registered and gives its URN, which names its parents' types. */
export async function urnOf(resource: pulumi.Resource): Promise<string> {
  const urn = await valueOf(resource.urn);
  if (urn === undefined) throw new Error("the resource has no URN");
  return urn;
}

/** Waits until everything that was declared is registered. The mocks are of no use afterwards. */
export async function allRegistered(): Promise<void> {
  await pulumi.runtime.disconnect();
}

function entriesOf(inputs: unknown): [string, unknown][] {
  return isObject(inputs) ? Object.entries(inputs) : [];
}

function unwrap(input: unknown): unknown {
  return isSecret(input) ? input["value"] : input;
}

function isSecret(input: unknown): input is Readonly<Record<string, unknown>> {
  return isObject(input) && input[SIGNATURE] === SECRET;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
