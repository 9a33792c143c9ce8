import { readFileSync, writeFileSync } from "node:fs";
import type { Properties } from "../../../../provider/values";

export type Inputs = Properties;

/** What the double of GitHub holds of acme/shop. */
export interface GithubState {
  variables: Record<string, string>;
  environment?: Inputs;
  policies: { readonly id: number; readonly name: string; readonly type: "branch" | "tag" }[];
  rulesets: { readonly id: number; readonly inputs: Inputs }[];
  /** Every change that was asked for, `create shop:DOCKER_REGISTRY`. */
  changes: string[];
  lastId: number;
}

export const EMPTY: GithubState = {
  variables: {},
  policies: [],
  rulesets: [],
  changes: [],
  lastId: 100,
};

/** A property that is text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function readState(file: string): GithubState {
  // Only `writeState` writes it.
  return JSON.parse(readFileSync(file, "utf8")) as GithubState;
}

export function writeState(file: string, state: GithubState): void {
  writeFileSync(file, JSON.stringify(state));
}

/** The answer of GitHub's REST interface to a path below `repos/acme/shop`; undefined: 404. */
export function restAnswer(state: GithubState, path: string): unknown {
  const [, variable] = /^\/actions\/variables\/(\w+)$/.exec(path) ?? [];
  if (variable !== undefined) {
    const value = state.variables[variable];
    return value === undefined ? undefined : { name: variable, value };
  }
  switch (path) {
    case "":
      return { id: 345, name: "shop", owner: { id: 12, login: "acme", type: "Organization" } };
    case "/environments/production/deployment-branch-policies":
      return state.environment === undefined ? undefined : { branch_policies: state.policies };
    case "/rulesets":
      return state.rulesets.map(({ id, inputs }) => ({ id, ...inputs }));
    case "/actions/oidc/customization/sub":
      return { use_default: true };
    default:
      return undefined;
  }
}
