import type Docker from "dockerode";
import type { ComposeModel } from "../../compose/model";
import type { ComposeHostInputs } from "../../resources/composeHost";
import type { HostConnection } from "../docker/connection";
import type { DesiredRelease, DesiredService, PlannedService, ReleasePlan } from "../plan/types";
import type { Conduct } from "../report";
import type { ObservedHost } from "../state/observed";
import type { UndoStack } from "./undo";
import type { SwitchBoard } from "./switchBoard";

/** One release while it runs: what its steps share. */
export interface Release extends Conduct {
  readonly connection: HostConnection;
  readonly docker: Docker;
  readonly inputs: ComposeHostInputs;
  readonly model: ComposeModel;
  readonly desired: DesiredRelease;
  readonly host: ObservedHost;
  readonly plan: ReleasePlan;
  /** Reference of the switch image that pins what is on the host. */
  readonly switchImage: string;
  /** Folder that relative directory binds count from. */
  readonly projectFolder: string;
  readonly undo: UndoStack;
  readonly switches: SwitchBoard;
}

/** A service that the release does something to, with how it is to be. */
export interface Task {
  readonly planned: PlannedService;
  readonly desired: DesiredService;
}

/** The tasks of some actions, callees before callers. */
export function tasksOf(
  { desired, plan }: Pick<Release, "desired" | "plan">,
  wanted: (task: Task) => boolean,
): readonly Task[] {
  const order = calleesFirst(desired);
  return plan.services
    .flatMap((planned) => {
      const service = desired.services[planned.name];
      return service === undefined ? [] : [{ planned, desired: service }];
    })
    .filter(wanted)
    .sort((a, b) => order.indexOf(a.planned.name) - order.indexOf(b.planned.name));
}

/** Service names, each after all that it depends on. Compose refuses circles. */
export function calleesFirst(desired: Pick<DesiredRelease, "services">): readonly string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    Object.keys(desired.services[name]?.facts.dependsOn ?? {})
      .sort()
      .forEach(visit);
    order.push(name);
  };
  Object.keys(desired.services).sort().forEach(visit);
  return order;
}

/**
 * true: new containers start and are gated beside the old ones. A first start is, whatever the
 * order: there is nothing to stop.
 */
export function startsBeside({ planned, desired }: Task): boolean {
  if (planned.action === "start-first") return true;
  const first = planned.from === undefined && planned.plain.length === 0;
  const ordered = planned.action === "stop-first" || planned.action === "hold";
  return (ordered && first) || (planned.action === "adopt" && desired.facts.fronted);
}

/** true: the old containers stop before the new ones start. */
export function stopsBefore(task: Task): boolean {
  const { action } = task.planned;
  return (
    (action === "stop-first" || action === "hold" || action === "adopt") && !startsBeside(task)
  );
}

/** Seconds that a service's containers may take to become good. */
export function gateSeconds(
  { inputs }: Pick<Release, "inputs">,
  { facts }: DesiredService,
): number {
  const own = facts.gate.kind === "health" ? facts.gate.limitSeconds : facts.gate.forSeconds + 20;
  return inputs.rollout.timeoutSeconds ?? own;
}
