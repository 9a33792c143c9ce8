import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export const CHECKOUT = resolve(__dirname, "../../..");
const FOLDER = join(CHECKOUT, ".github");

/** One step as it is written; expressions are not evaluated. */
export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly "continue-on-error"?: boolean;
}

export type Permissions = Readonly<Record<string, string>>;

export interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress"?: boolean;
}

export interface Job {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly "runs-on": string;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Permissions;
  readonly concurrency?: Concurrency;
  readonly strategy?: {
    readonly matrix: { readonly include: readonly Readonly<Record<string, string>>[] };
  };
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  /** Text of the file. */
  readonly text: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
  readonly concurrency?: Concurrency;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** An action of this repository. */
export interface LocalAction {
  readonly name: string;
  readonly text: string;
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly steps: readonly Step[];
}

/** Every workflow by its file's name without `.yml`. */
export const WORKFLOWS: Readonly<Record<string, Workflow>> = Object.fromEntries(
  readdirSync(join(FOLDER, "workflows"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(FOLDER, "workflows", file), "utf8");
      // The files are this repository's own; actionlint holds them to GitHub's schema.
      return [file.replace(/\.yml$/, ""), { ...(parse(text) as Workflow), text }];
    }),
);

/** Every action of this repository by the name of its folder. */
export const ACTIONS: Readonly<Record<string, LocalAction>> = Object.fromEntries(
  readdirSync(join(FOLDER, "actions"))
    .filter((name) => existsSync(join(FOLDER, "actions", name, "action.yml")))
    .sort()
    .map((name) => {
      const text = readFileSync(join(FOLDER, "actions", name, "action.yml"), "utf8");
      const action = parse(text) as {
        inputs?: LocalAction["inputs"];
        runs: { steps: readonly Step[] };
      };
      return [name, { name, text, inputs: action.inputs ?? {}, steps: action.runs.steps }];
    }),
);

/** The local action that a step uses; undefined for any other step. */
export function localAction({ uses }: Step): LocalAction | undefined {
  const name = /^\.\/\.github\/actions\/([\w-]+)$/.exec(uses ?? "")?.[1];
  return name === undefined ? undefined : ACTIONS[name];
}

/** A step with the place where it stands, e.g. `release/build: Build and push`. */
export interface PlacedStep {
  readonly place: string;
  readonly step: Step;
}

/** Every step of every workflow and action, each once. */
export function allSteps(): PlacedStep[] {
  const ofWorkflows = Object.entries(WORKFLOWS).flatMap(([name, { jobs }]) =>
    Object.entries(jobs).flatMap(([job, { steps }]) => placed(`${name}/${job}`, steps)),
  );
  const ofActions = Object.values(ACTIONS).flatMap(({ name, steps }) => placed(name, steps));
  return [...ofWorkflows, ...ofActions];
}

function placed(where: string, steps: readonly Step[]): PlacedStep[] {
  return steps.map((step) => ({ place: `${where}: ${step.name ?? step.uses ?? "?"}`, step }));
}
