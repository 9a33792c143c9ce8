import type { Ask } from "../e2e/world/control";
import type { Properties } from "../../provider/values";

/** One resource as a cloud has it. */
export interface CloudResource {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What the plugin of one cloud asks the cloud; the cloud lives in the world's router. */
export interface Cloud {
  /** Inputs whose change makes another resource. */
  readonly replaces: (type: string) => Promise<readonly string[]>;
  readonly create: (type: string, name: string, inputs: Properties) => Promise<CloudResource>;
  readonly read: (type: string, id: string) => Promise<CloudResource | undefined>;
  readonly update: (type: string, id: string, inputs: Properties) => Promise<CloudResource>;
  readonly delete: (type: string, id: string) => Promise<void>;
  readonly invoke: (token: string, args: Properties) => Promise<Properties>;
}

/** The cloud behind a world's control socket. Its refusals come as errors with its words. */
export function cloudBehind(ask: Ask, cloud: string): Cloud {
  const question = (name: string, parameters: object): Promise<unknown> =>
    ask(`cloud/${name}`, { cloud, ...parameters });
  return {
    // The router answers in these shapes.
    replaces: async (type) => (await question("replaces", { type })) as string[],
    create: async (type, name, inputs) =>
      (await question("create", { type, name, inputs })) as CloudResource,
    read: async (type, id) =>
      ((await question("read", { type, id })) as CloudResource | null) ?? undefined,
    update: async (type, id, inputs) =>
      (await question("update", { type, id, inputs })) as CloudResource,
    delete: async (type, id) => {
      await question("delete", { type, id });
    },
    invoke: async (token, args) => (await question("invoke", { token, args })) as Properties,
  };
}
