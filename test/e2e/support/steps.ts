import assert from "node:assert/strict";
import type { Project } from "./project";
import { type Outcome, planned, release } from "./release";

/** What is done to a project before `pulumi up`, and what that may then do to the registry. */
export interface Step {
  readonly name: string;
  /** Default: nothing. */
  readonly before?: () => Promise<unknown>;
  /** Done instead of `pulumi up` and all that is looked at after it. */
  readonly instead?: () => Promise<void>;
  /** docker.Images created or updated. Default: 0. */
  readonly builds?: number;
  /** Tags that are new, as `outlineTag` writes them, in any order. Default: none. */
  readonly put?: readonly string[];
  /** Tags that stand for another digest afterwards, likewise. Default: none. */
  readonly moved?: readonly string[];
  /** The version whose digests, as they were deployed last, are deployed again. */
  readonly digestsOf?: string;
  /** What the user is told. */
  readonly says?: RegExp;
  /** The run fails with this. */
  readonly fails?: RegExp;
  /** Looked at when everything else is right. */
  readonly after?: (outcome: Outcome) => Promise<void>;
}

export interface StepsOptions {
  /** Asked when a step runs. */
  readonly project: () => Project;
  readonly services: readonly string[];
  readonly steps: readonly Step[];
}

/**
 * Defines one test a step, each on what those before it left. After every good run a preview has to
 * show no change, and what the stack says it deployed has to stand in the registry.
 */
export function defineSteps({ project, services, steps }: StepsOptions): void {
  const digests = new Map<string, Digests>();
  for (const step of steps) {
    it(step.name, async () => {
      await step.before?.();
      if (step.instead !== undefined) await step.instead();
      else await runStep(step, project(), services, digests);
    });
  }
}

async function runStep(
  step: Step,
  project: Project,
  services: readonly string[],
  digests: Map<string, Digests>,
): Promise<void> {
  const outcome = await release(project, services);
  assertOutcome(step, outcome, (await project.head()).slice(0, SHORT_SHA));
  if (!outcome.failed) {
    const { version, deployed } = releaseOf(outcome);
    for (const [service, digest] of Object.entries(deployed)) {
      assert.equal(digest, outcome.tags[`${service}:${version}`]);
    }
    if (step.digestsOf !== undefined) assert.deepEqual(deployed, digests.get(step.digestsOf));
    digests.set(version, deployed);
    await assertUnchanged(project);
  }
  await step.after?.(outcome);
}

/** A preview shows no change. */
export async function assertUnchanged(project: Project): Promise<void> {
  assert.deepEqual(await planned(project), {}, "a preview shows a change");
}

/** Index digest by service. */
type Digests = Readonly<Record<string, string>>;

const SHORT_SHA = 12;

function assertOutcome(step: Step, outcome: Outcome, commit: string): void {
  if (step.fails === undefined) assert.ok(!outcome.failed, outcome.output);
  else assert.match(outcome.output, step.fails);
  assert.doesNotMatch(outcome.output, STACK_TRACE);
  assert.equal(outcome.builds, step.builds ?? 0, outcome.output);
  const outline = (tags: readonly string[]): string[] =>
    tags.map((tag) => outlineTag(tag, commit)).sort();
  assert.deepEqual(outline(outcome.put), [...(step.put ?? [])].sort());
  assert.deepEqual(outline(outcome.moved), [...(step.moved ?? [])].sort());
  assert.deepEqual(outcome.removed, []);
  if (step.says !== undefined) assert.match(outcome.output, step.says);
}

/** A line like `    at Object.<anonymous> (/x/y.ts:1:2)`. */
export const STACK_TRACE = /^\s+at .*:\d+:\d+\)?$/m;

/** Both tags that belong to one commit of a service. */
export function commitTags(service: string): string[] {
  return [`${service}:<sha>`, `${service}:main-<sha>`];
}

/** `app:main-0123456789ab` -> `app:main-<sha>`, `app:pb-0123456789ab-amd64` -> `app:pb` */
function outlineTag(tag: string, commit: string): string {
  return tag.replace(/:pb-.*/, ":pb").replace(commit, "<sha>");
}

/** The stack's output `release`; a service without an index has no digest. */
function releaseOf({ outputs }: Outcome): { readonly version: string; readonly deployed: Digests } {
  // The output's shape is part of the interface.
  const { version, services } = outputs["release"]?.value as {
    readonly version: string;
    readonly services: Readonly<Record<string, { readonly digest?: string }>>;
  };
  const deployed = Object.entries(services).flatMap(([service, { digest }]) =>
    digest === undefined ? [] : [[service, digest] as const],
  );
  return { version, deployed: Object.fromEntries(deployed) };
}
