import { sameValue, type Properties } from "../../../../../provider/values";

/** One resource of a cloud. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** How resources of one type come into being. */
export interface ResourceType {
  /** By which the plugin's `import` knows it. */
  readonly id: (inputs: Properties) => string;
  /** The id of what is imported by another one. Default: the same. */
  readonly imported?: (id: string) => string;
  /** What the cloud adds to the inputs. */
  readonly outputs?: (inputs: Properties, id: string) => Properties;
  /** Inputs whose change makes another one. */
  readonly replaces?: readonly string[];
  /** The cloud's words where it exists already. Absent: making it again is no error. */
  readonly taken?: (id: string, inputs: Properties) => string | undefined;
  /** The cloud's words where it does not make it. */
  readonly refuse?: (inputs: Properties, cloud: CloudStore) => string | undefined;
  readonly refuseDelete?: (resource: Resource, cloud: CloudStore) => Promise<string | undefined>;
  /** What comes with it. */
  readonly created?: (resource: Resource) => void;
  /** What goes with it. */
  readonly deleted?: (resource: Resource, cloud: CloudStore) => Promise<void>;
}

export type CloudFunction = (args: Properties, cloud: CloudStore) => Properties;

/** What one cloud holds, as its plugin makes and asks it. */
export class CloudStore {
  private readonly held = new Map<string, Resource>();

  public constructor(
    private readonly types: Readonly<Record<string, ResourceType>>,
    private readonly functions: Readonly<Record<string, CloudFunction>>,
  ) {}

  public of(type: string): readonly Resource[] {
    return [...this.held.values()].filter((resource) => resource.type === type);
  }

  public find(type: string, id: string): Resource | undefined {
    return this.held.get(`${type} ${id}`);
  }

  /** What has the id that such inputs give. */
  public like(type: string, inputs: Properties): Resource | undefined {
    return this.find(type, this.typeOf(type).id(inputs));
  }

  /** `TYPE ID` of everything. */
  public all(): readonly string[] {
    return [...this.held.keys()].sort();
  }

  /** Answers a plugin's question; a refusal is an error in the cloud's words. */
  public async answer(question: string, asked: CloudQuestion): Promise<unknown> {
    switch (question) {
      case "replaces":
        return this.typeOf(asked.type).replaces ?? [];
      case "create":
        return this.create(asked.type, asked.inputs);
      case "read":
        return this.find(asked.type, this.typeOf(asked.type).imported?.(asked.id) ?? asked.id);
      case "update":
        return this.update(asked.type, asked.id, asked.inputs);
      case "delete":
        return this.delete(asked.type, asked.id);
      case "invoke": {
        const known = this.functions[asked.token];
        if (known === undefined) throw new Error(`the emulator has no function ${asked.token}`);
        return known(asked.args, this);
      }
      default:
        throw new Error(`the emulator is asked ${question}`);
    }
  }

  private create(type: string, inputs: Properties): Resource {
    const { id: idOf, outputs, taken, refuse, created } = this.typeOf(type);
    const id = idOf(inputs);
    const refusal =
      refuse?.(inputs, this) ??
      (this.find(type, id) === undefined ? undefined : taken?.(id, inputs));
    if (refusal !== undefined) throw new Error(refusal);
    const made = { type, id, inputs, outputs: { ...inputs, ...outputs?.(inputs, id) } };
    created?.(made);
    return this.put(made);
  }

  private update(type: string, id: string, inputs: Properties): Resource {
    const { outputs, replaces = [] } = this.typeOf(type);
    const old = this.find(type, id);
    if (old === undefined) throw new Error(`${type} ${id} does not exist`);
    const fixed = replaces.filter((name) => !sameValue(old.inputs[name], inputs[name]));
    if (fixed.length > 0) throw new Error(`${fixed.join(", ")} of ${id} cannot be changed`);
    return this.put({ type, id, inputs, outputs: { ...inputs, ...outputs?.(inputs, id) } });
  }

  private async delete(type: string, id: string): Promise<void> {
    const found = this.find(type, id);
    if (found === undefined) return;
    const { refuseDelete, deleted } = this.typeOf(type);
    const refusal = await refuseDelete?.(found, this);
    if (refusal !== undefined) throw new Error(refusal);
    await deleted?.(found, this);
    this.held.delete(`${type} ${id}`);
  }

  private put(resource: Resource): Resource {
    this.held.set(`${resource.type} ${resource.id}`, resource);
    return resource;
  }

  private typeOf(type: string): ResourceType {
    const known = this.types[type];
    if (known === undefined) throw new Error(`the emulator has no resource ${type}`);
    return known;
  }
}

/** What a plugin asks; which members there are follows from the question. */
export interface CloudQuestion {
  readonly cloud: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly token: string;
  readonly args: Properties;
}

/** An input that has to be a text. */
export function text(inputs: Properties, name: string): string {
  const value = inputs[name];
  if (typeof value !== "string") throw new Error(`${name} is missing`);
  return value;
}
