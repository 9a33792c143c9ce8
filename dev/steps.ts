/**
 * Progress on standard error, so that standard output stays the command's own. A step that is over
 * within two seconds leaves no line; a longer one shows that it runs, and how long it took.
 */
const SHOW_AFTER_MS = 2_000;
const REDRAW_MS = 1_000;
/** Without a terminal: a line now and then, so that no log looks dead. */
const HEARTBEAT_MS = 20_000;

const terminal = process.stderr.isTTY;
const active = new Set<Step>();
let drawn = 0;
let redraw: NodeJS.Timeout | undefined;

interface Step {
  readonly title: string;
  readonly started: number;
  detail: string;
}

/** Tells what a step is doing right now, in a few words. */
export type Report = (detail: string) => void;

/** Runs a step and shows it where it takes long; a failure is passed on. */
export async function step<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
  const current: Step = { title, started: Date.now(), detail: "" };
  active.add(current);
  const shown = setTimeout(() => {
    if (!terminal) note(`… ${title}`);
  }, SHOW_AFTER_MS);
  const heartbeat = setInterval(() => {
    if (!terminal) note(`… ${title}: ${elapsed(current)}${suffix(current)}`);
  }, HEARTBEAT_MS);
  if (terminal) redraw ??= setInterval(draw, REDRAW_MS);
  let failed = true;
  try {
    const result = await work((detail) => {
      current.detail = detail;
    });
    failed = false;
    return result;
  } finally {
    clearTimeout(shown);
    clearInterval(heartbeat);
    finish(current, failed);
  }
}

/** Prints a line that stays. */
export function note(line: string): void {
  erase();
  process.stderr.write(`  ${line}\n`);
  draw();
}

function finish(current: Step, failed: boolean): void {
  active.delete(current);
  const took = Date.now() - current.started;
  if (failed) note(`${paint("31", "✗")} ${current.title} (${elapsed(current)})`);
  else if (took > SHOW_AFTER_MS) note(`${paint("32", "✓")} ${current.title} (${elapsed(current)})`);
  else erase();
  if (active.size > 0) return;
  clearInterval(redraw);
  redraw = undefined;
}

/** The lines of the steps that run now, below everything that stays. */
function draw(): void {
  if (!terminal) return;
  erase();
  const width = process.stderr.columns;
  for (const current of active) {
    if (Date.now() - current.started < SHOW_AFTER_MS) continue;
    const line = `  … ${current.title} ${elapsed(current)}${suffix(current)}`;
    process.stderr.write(`${line.slice(0, width - 1)}\n`);
    drawn += 1;
  }
}

function erase(): void {
  if (drawn > 0) process.stderr.write(`\u001b[${drawn}A\u001b[0J`);
  drawn = 0;
}

function suffix({ detail }: Step): string {
  return detail === "" ? "" : ` · ${detail}`;
}

function elapsed({ started }: Step): string {
  const seconds = (Date.now() - started) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function paint(colour: string, text: string): string {
  return terminal ? `\u001b[${colour}m${text}\u001b[0m` : text;
}
