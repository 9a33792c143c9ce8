import type { Action, PlannedService } from "./types";

const ACTIONS: Readonly<Record<Action, true>> = {
  keep: true,
  "start-first": true,
  "stop-first": true,
  hold: true,
  job: true,
  adopt: true,
  remove: true,
  mend: true,
};

/** What happens to one service and why, as a preview says it. */
export interface PlanLine {
  readonly name: string;
  readonly action: Action;
  readonly reason: string;
}

/** `web: start-first, its image changes` */
export function planLine({ name, action, reason }: Pick<PlannedService, keyof PlanLine>): string {
  return `${name}: ${action}, ${reason}`;
}

/** The line that `planLine` wrote; undefined for any other text. */
export function parsePlanLine(text: string): PlanLine | undefined {
  const [, name, action, reason] = /^([^\s:]+): ([a-z-]+), (.+)$/.exec(text.trim()) ?? [];
  if (name === undefined || reason === undefined || !isAction(action)) return undefined;
  return { name, action, reason };
}

function isAction(word: string | undefined): word is Action {
  return word !== undefined && Object.hasOwn(ACTIONS, word);
}
