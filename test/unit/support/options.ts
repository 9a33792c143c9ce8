import { getMonitor } from "@pulumi/pulumi/runtime/settings";

/** Options of one registration, as the engine gets them; what is not set is left out. */
export interface RegisteredOptions {
  /** `TYPE name` of the parent; absent: the stack. */
  readonly parent?: string;
  /** Name of the explicit provider. */
  readonly provider?: string;
  readonly import?: string;
  readonly ignoreChanges?: readonly string[];
  readonly retainOnDelete?: true;
  readonly deleteBeforeReplace?: true;
}

/** The engine's request, as far as it is read here (sdk/nodejs/proto/resource_pb). */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getImportid(): string;
  getIgnorechangesList(): string[];
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
}

interface Monitor {
  registerResource(request: Request, callback: unknown): unknown;
}

/**
 * Records the options of everything registered from now on, by `TYPE name`: the mocks' own interface
 * does not tell them. Call it after `recordResources`.
 */
export function recordOptions(): ReadonlyMap<string, RegisteredOptions> {
  const seen = new Map<string, RegisteredOptions>();
  // The mocks' monitor has the method of the real one.
  const monitor = getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    seen.set(`${request.getType()} ${request.getName()}`, optionsOf(request));
    return register(request, callback);
  };
  return seen;
}

function optionsOf(request: Request): RegisteredOptions {
  // urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME, and behind a provider's ::ID
  const [, , types = "", parent = ""] = request.getParent().split("::");
  const [, , , provider] = request.getProvider().split("::");
  const type = types.slice(types.lastIndexOf("$") + 1);
  const imported = request.getImportid();
  const ignored = request.getIgnorechangesList();
  return {
    ...(parent === "" || type === "pulumi:pulumi:Stack" ? {} : { parent: `${type} ${parent}` }),
    ...(provider === undefined ? {} : { provider }),
    ...(imported === "" ? {} : { import: imported }),
    ...(ignored.length === 0 ? {} : { ignoreChanges: [...ignored].sort() }),
    ...(request.getRetainondelete() ? { retainOnDelete: true } : {}),
    ...(request.getDeletebeforereplace() ? { deleteBeforeReplace: true } : {}),
  };
}
