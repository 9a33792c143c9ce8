import { UserError } from "../../errors";
import type { Colour } from "../labels";
import type { ObservedContainer } from "../state/observed";
import { poll } from "../wait";
import { backendsOf, type SwitchConfig } from "./config";
import {
  readSlots,
  setState,
  shutdownCommands,
  slotsOf,
  type Slot,
  type SwitchRuntime,
} from "./runtime";

/** A colour of one service behind its switch. */
export interface Side {
  readonly config: SwitchConfig;
  readonly colour: Colour;
  readonly containers: readonly ObservedContainer[];
}

const ASK_EVERY_MS = 50;
const CONNECT_LIMIT_MS = 30_000;
const UP_LIMIT_MS = 5_000;

/** What is asked of a colour's slots: reachable but without traffic, or serving. */
export type Wanted = "reachable" | "serving";

/**
 * Why the slots are not as wanted; undefined where they are: in every backend as many slots as
 * containers, each checked L4OK, at exactly the addresses that Docker gave them (rules 12, 13, 14).
 */
export function slotFault(slots: readonly Slot[], side: Side, wanted: Wanted): string | undefined {
  for (const backend of backendsOf(side.config)) {
    const filled = slotsOf(slots, side.colour).filter(
      (slot) => slot.backend === backend && slot.address !== undefined,
    );
    const strangers = filled.filter(
      ({ address }) =>
        !side.containers.some(({ addresses }) => Object.values(addresses).includes(address ?? "")),
    );
    if (strangers.length > 0) {
      return `${backend} has ${strangers.map(({ address }) => address).join(", ")}, which is no ${side.colour} container of ${side.config.service}`;
    }
    const right = filled.filter((slot) => isAsWanted(slot, wanted));
    const distinct = new Set(right.map(({ address }) => address)).size;
    if (distinct !== side.containers.length) {
      const seen = filled.map(({ name, status, check }) => `${name} ${status} ${check}`).join(", ");
      return `${backend} reaches ${distinct} of ${side.containers.length} containers (${seen === "" ? "none resolved" : seen})`;
    }
  }
  return undefined;
}

function isAsWanted({ status, check }: Slot, wanted: Wanted): boolean {
  const state = wanted === "serving" ? status.startsWith("UP") : status.startsWith("DRAIN");
  return state && check === "L4OK";
}

/** @throws UserError `switch-gate` with what was seen last */
export async function awaitSlots(
  runtime: SwitchRuntime,
  side: Side,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<void> {
  let fault: string | undefined;
  const limitMs = wanted === "serving" ? UP_LIMIT_MS : CONNECT_LIMIT_MS;
  const good = await poll(
    async () => {
      fault = slotFault(await readSlots(runtime), side, wanted);
      return fault === undefined ? true : undefined;
    },
    { signal, limitMs, everyMs: wanted === "serving" ? 2 : ASK_EVERY_MS },
  );
  if (good !== undefined) return;
  throw new UserError(
    `${side.config.service}: its switch cannot use the ${side.colour} containers after ` +
      `${limitMs / 1000} s: ${fault ?? "no answer"}; does the service listen on its port on 0.0.0.0?`,
    "switch-gate",
  );
}

/** Moves traffic: the new slots serve, and that is confirmed. The old ones still serve as well. */
export async function open(runtime: SwitchRuntime, side: Side, signal: AbortSignal): Promise<void> {
  await setState(runtime, backendsOf(side.config), side.colour, side.config.slots, "ready");
  await awaitSlots(runtime, side, "serving", signal);
}

/** Requests and connections that are still on a colour. */
export async function sessionsOn(runtime: SwitchRuntime, colour: Colour): Promise<number> {
  const slots = slotsOf(await readSlots(runtime), colour);
  return slots.reduce((sum, { sessions }) => sum + sessions, 0);
}

/**
 * Waits until nothing is left on a drained colour, or ends what is left at the deadline.
 * @returns how many sessions were cut
 */
export async function awaitDrained(
  runtime: SwitchRuntime,
  config: SwitchConfig,
  colour: Colour,
  limit: { readonly drainSeconds: number; readonly signal: AbortSignal },
): Promise<number> {
  let left = 0;
  const empty = await poll(
    async () => {
      left = await sessionsOn(runtime, colour);
      return left === 0 ? true : undefined;
    },
    { signal: limit.signal, limitMs: limit.drainSeconds * 1000, everyMs: ASK_EVERY_MS },
  );
  if (empty !== undefined) return 0;
  await runtime.command(...shutdownCommands(backendsOf(config), colour, config.slots));
  return left;
}

/** Lets requests wait while no colour serves, or ends that (rule 11). */
export async function setHold(
  runtime: SwitchRuntime,
  config: SwitchConfig,
  hold: boolean,
): Promise<void> {
  if (!config.hold) return;
  const state = hold ? "ready" : "maint";
  await runtime.command(
    ...backendsOf(config).map((backend) => `set server ${backend}/hold state ${state}`),
  );
}
