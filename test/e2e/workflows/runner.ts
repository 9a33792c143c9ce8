import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import {
  asText,
  type Contexts,
  evaluate,
  type Functions,
  interpolate,
  isTrue,
} from "../../unit/workflows/expressions";
import { type Job, localAction, type Step, WORKFLOWS } from "../../unit/workflows/model";

/** What GitHub knows of a run, and what the repository is set up with. */
export interface RunOptions {
  readonly github: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly matrix?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A machine that jobs run on: its folder is the checkout. */
export interface Machine {
  readonly directory: string;
  /** For files that live as long as a job. */
  readonly temporary: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface RanJob {
  readonly ok: boolean;
  /** Places of the steps whose command ran, as `allSteps` names them. */
  readonly ran: readonly string[];
  /** Actions of others that would have run. */
  readonly used: readonly string[];
  readonly summary: string;
  /** What the commands printed. */
  readonly output: string;
}

/** What lasts from step to step of a job. */
interface State {
  readonly machine: Machine;
  readonly contexts: Contexts;
  failed: boolean;
  environment: Record<string, string>;
  paths: string[];
  readonly ran: string[];
  readonly used: string[];
  output: string;
}

/**
 * Runs a job's commands as a runner does: each step's `run` as a script of bash, with the files and
 * variables that a runner gives it. Actions of others are named and not run.
 * @returns undefined: the job's own condition is false
 */
export async function runJob(
  machine: Machine,
  workflow: string,
  name: string,
  options: RunOptions,
): Promise<RanJob | undefined> {
  const file = WORKFLOWS[workflow];
  const job = file?.jobs[name];
  if (file === undefined || job === undefined) throw new Error(`no job ${workflow}/${name}`);
  const given = { vars: {}, secrets: {}, inputs: {}, matrix: {}, ...options };
  const state: State = {
    machine,
    contexts: given,
    failed: false,
    environment: textsOf(file.env ?? {}, given, functionsFor(machine, false)),
    paths: [],
    ran: [],
    used: [],
    output: "",
  };
  if (!wanted(job, state)) return undefined;
  const summary = join(machine.temporary, "summary.md");
  await writeFile(summary, "");
  for (const step of job.steps) await runStep(step, `${workflow}/${name}`, {}, given, state);
  const { ran, used, output, failed } = state;
  return { ok: !failed, ran, used, output, summary: await readFile(summary, "utf8") };
}

function wanted(of: Pick<Job | Step, "if">, state: State, contexts = state.contexts): boolean {
  const { failed, environment, machine } = state;
  if (of.if === undefined) return !failed;
  const always = of.if.includes("always()");
  const all = { ...contexts, env: environment };
  return (always || !failed) && isTrue(evaluate(of.if, all, functionsFor(machine, failed)));
}

async function runStep(
  step: Step,
  where: string,
  outer: Readonly<Record<string, string>>,
  contexts: Contexts,
  state: State,
): Promise<void> {
  const place = `${where}: ${step.name ?? step.uses ?? "?"}`;
  const env = { ...state.environment, ...outer };
  const seen = { ...contexts, env };
  if (!wanted(step, { ...state, environment: env }, contexts)) return;
  const functions = functionsFor(state.machine, state.failed);
  const own = { ...outer, ...textsOf(step.env ?? {}, seen, functions) };
  const action = localAction(step);
  if (action !== undefined) {
    const defaults = Object.entries(action.inputs).map(
      ([key, one]) => [key, one.default ?? ""] as const,
    );
    const inputs = {
      ...Object.fromEntries(defaults),
      ...textsOf(step.with ?? {}, seen, functions),
    };
    // An action knows neither variables nor secrets of the repository.
    const inside = { github: contexts["github"], inputs };
    for (const each of action.steps) await runStep(each, action.name, own, inside, state);
  } else if (step.uses !== undefined) {
    state.used.push(step.uses.replace(/@.*/, ""));
  } else if (step.run !== undefined) {
    state.ran.push(place);
    const ok = await runScript(step, { ...state.environment, ...own }, state);
    if (!ok) {
      state.failed ||= step["continue-on-error"] !== true;
      state.output += `\n[${place} failed]\n`;
    }
  }
}

/** GitHub's `shell: bash` has pipefail; a workflow's default has not. */
async function runScript(
  { run = "", shell }: Step,
  own: Readonly<Record<string, string>>,
  state: State,
): Promise<boolean> {
  const { machine } = state;
  const file = (name: string): string => join(machine.temporary, name);
  await writeFile(file("script.sh"), run);
  for (const name of ["env", "path", "output"]) await writeFile(file(name), "");
  const path = [...state.paths, machine.environment["PATH"] ?? ""].join(delimiter);
  const child = spawn(
    "bash",
    shell === "bash"
      ? ["--noprofile", "--norc", "-eo", "pipefail", file("script.sh")]
      : ["-e", file("script.sh")],
    {
      cwd: machine.directory,
      env: {
        ...machine.environment,
        ...own,
        PATH: path,
        RUNNER_TEMP: machine.temporary,
        GITHUB_STEP_SUMMARY: file("summary.md"),
        GITHUB_ENV: file("env"),
        GITHUB_PATH: file("path"),
        GITHUB_OUTPUT: file("output"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = new Promise<number>((resolve) => {
    child.on("exit", (code) => {
      resolve(code ?? 1);
    });
  });
  const printed = Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  const code = await ended;
  state.output += (await printed).join("");
  for (const line of linesOf(await readFile(file("env"), "utf8"))) {
    const [, name = "", value = ""] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    state.environment[name] = value;
  }
  state.paths.unshift(...linesOf(await readFile(file("path"), "utf8")));
  return code === 0;
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function textsOf(
  values: Readonly<Record<string, unknown>>,
  contexts: Contexts,
  functions: Functions,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      interpolate(asText(value), { env: {}, ...contexts }, functions),
    ]),
  );
}

function functionsFor({ directory }: Machine, failed: boolean): Functions {
  return {
    always: () => true,
    success: () => !failed,
    startsWith: (text, start) => asText(text).startsWith(asText(start)),
    hashFiles: (pattern) => (filesLike(asText(pattern), directory) ? "some" : ""),
  };
}

/** Whether the folder has a file of that pattern; `*` and `**` as GitHub has them. */
function filesLike(pattern: string, directory: string): boolean {
  if (!pattern.includes("*")) return existsSync(join(directory, pattern));
  const fixed = pattern.slice(0, pattern.lastIndexOf("/", pattern.indexOf("*")) + 1);
  if (!existsSync(join(directory, fixed))) return false;
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*/g, (star) => (star === "*" ? "[^/]*" : "(?:.*/)?"));
  return readdirSync(join(directory, fixed), { recursive: true, encoding: "utf8" }).some((name) =>
    new RegExp(`^${expression}$`).test(fixed + name),
  );
}
