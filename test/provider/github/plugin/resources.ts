import { type GithubState, type Inputs, textOf } from "./state";

/** One kind of resource as terraform-provider-github 6 acts on GitHub, with its ids. */
export interface Kind {
  create(state: GithubState, inputs: Inputs): string;
  /** Inputs of what is there; undefined: it is not. `id` is the resource's own, or an import's. */
  read(
    state: GithubState,
    id: string,
  ): { readonly id: string; readonly inputs: Inputs } | undefined;
  update(state: GithubState, id: string, inputs: Inputs): void;
  remove(state: GithubState, id: string): void;
}

const environment: Kind = {
  // GitHub's PUT changes one that exists.
  create: (state, inputs) => {
    state.environment = inputs;
    return `shop:${textOf(inputs["environment"])}`;
  },
  read: ({ environment: inputs }, id) => (inputs === undefined ? undefined : { id, inputs }),
  update: (state, _id, inputs) => {
    state.environment = inputs;
  },
  remove: (state) => {
    delete state.environment;
  },
};

const policy: Kind = {
  create: (state, inputs) => {
    const { branchPattern, tagPattern } = inputs;
    const type = branchPattern === undefined ? "tag" : "branch";
    const id = (state.lastId += 1);
    state.policies.push({ id, name: textOf(branchPattern ?? tagPattern), type });
    return `shop:production:${id.toString()}`;
  },
  read: ({ policies }, id) => {
    const found = policies.find((one) => id === `shop:production:${one.id.toString()}`);
    if (found === undefined) return undefined;
    const pattern = found.type === "branch" ? "branchPattern" : "tagPattern";
    return {
      id,
      inputs: { repository: "shop", environment: "production", [pattern]: found.name },
    };
  },
  update: () => undefined,
  remove: (state, id) => {
    state.policies = state.policies.filter((one) => !id.endsWith(`:${one.id.toString()}`));
  },
};

/** Imported by `shop:NUMBER`, and known by NUMBER from then on. */
const ruleset: Kind = {
  create: (state, inputs) => {
    if (state.rulesets.some((one) => one.inputs["name"] === inputs["name"])) {
      throw new Error("422 Validation Failed: Name must be unique");
    }
    const id = (state.lastId += 1);
    state.rulesets.push({ id, inputs });
    return id.toString();
  },
  read: ({ rulesets }, id) => {
    const number = id.replace("shop:", "");
    const found = rulesets.find((one) => one.id.toString() === number);
    return found === undefined ? undefined : { id: number, inputs: found.inputs };
  },
  update: (state, id, inputs) => {
    state.rulesets = state.rulesets.map((one) =>
      one.id.toString() === id ? { ...one, inputs } : one,
    );
  },
  remove: (state, id) => {
    state.rulesets = state.rulesets.filter((one) => one.id.toString() !== id);
  },
};

const variable: Kind = {
  create: ({ variables }, { variableName, value }) => {
    const name = textOf(variableName);
    if (name in variables) throw new Error("409 Already exists - Variable already exists");
    variables[name] = textOf(value);
    return `shop:${name}`;
  },
  read: ({ variables }, id) => {
    const name = id.replace("shop:", "");
    const value = variables[name];
    if (value === undefined) return undefined;
    return { id, inputs: { repository: "shop", variableName: name, value } };
  },
  update: ({ variables }, _id, { variableName, value }) => {
    variables[textOf(variableName)] = textOf(value);
  },
  remove: ({ variables }, id) => {
    Reflect.deleteProperty(variables, id.replace("shop:", ""));
  },
};

export const KINDS: Readonly<Record<string, Kind>> = {
  "github:index/repositoryEnvironment:RepositoryEnvironment": environment,
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy":
    policy,
  "github:index/repositoryRuleset:RepositoryRuleset": ruleset,
  "github:index/actionsVariable:ActionsVariable": variable,
};
