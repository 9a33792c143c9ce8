import type { Action } from "../rollout";
import { codeText, fitting, plainText, type Room } from "../github/markdown";
import type { ServiceChange } from "./changes";

/** What is known of the services' images, each by the service's name. */
export interface ImageFacts {
  /** Compressed bytes of the next version, where it is published already. */
  readonly sizesAfter?: Readonly<Record<string, number>>;
  /** What the last scan of the next version found, e.g. `1 high`, where it is published already. */
  readonly findings?: Readonly<Record<string, string>>;
  /** Compressed bytes of the version that runs now, where the stack has no record of them. */
  readonly sizesNow?: Readonly<Record<string, number>>;
  /** What the last scan of the version that runs now found. */
  readonly findingsNow?: Readonly<Record<string, string>>;
}

/** Wider cells make the table scroll. */
const MOST_CELL = 78;
const ROOM: Room = { lines: 60, characters: 16_000 };
const COLUMNS = ["Service", "Now", "Next", "Why", "Restarts", "Downtime", "Size", "Findings"];

/** One row a service: what becomes of it, and what is known of its image. */
export function serviceTable(services: readonly ServiceChange[], facts: ImageFacts): string {
  const rows = services.map((service) => [
    `\`${codeText(service.name)}\``,
    cell(service.now),
    service.next === undefined ? "removed" : cell(service.next),
    service.why === undefined ? "unchanged" : cell(service.why),
    ...FATE[service.action](service),
    size(service, facts),
    cell(findings(service, facts)),
  ]);
  const lines = fitting(rows.map(row), ROOM, (rest) => `\n…and ${rest} more services`);
  return [row(COLUMNS), row(COLUMNS.map(() => "---")), ...lines].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(text: string | undefined): string {
  return text === undefined ? "–" : plainText(text, MOST_CELL);
}

/** Whether a service restarts, and what its users see of it. */
const FATE: Readonly<Record<Action, (service: ServiceChange) => [string, string]>> = {
  keep: () => ["no", "none"],
  "start-first": () => ["yes", "none"],
  hold: () => ["yes", "requests wait"],
  "stop-first": ({ now }) => ["yes", now === undefined ? "none" : "while it is recreated"],
  adopt: () => ["yes", "one blink"],
  mend: () => ["where needed", "until it is mended"],
  job: () => ["runs once", "none"],
  remove: () => ["stops", "it goes away"],
};

function size({ name, now, next, sizeBefore }: ServiceChange, facts: ImageFacts): string {
  const before = sizeBefore ?? facts.sizesNow?.[name];
  const after = facts.sizesAfter?.[name];
  if (after === undefined) {
    if (before === undefined) return "–";
    return next === now ? mebibytes(before) : `now ${mebibytes(before)}`;
  }
  if (before === undefined) return mebibytes(after);
  const percent = Math.round(((after - before) / Math.max(1, before)) * 100);
  const change = percent === 0 ? "±0" : percent > 0 ? `+${percent}` : `−${-percent}`;
  return `${mebibytes(after)} (${change} %)`;
}

/** A version that is not built yet was not scanned: its predecessor's findings say what to expect. */
function findings({ name }: ServiceChange, facts: ImageFacts): string | undefined {
  const now = facts.findingsNow?.[name];
  return facts.findings?.[name] ?? (now === undefined ? undefined : `now ${now}`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
