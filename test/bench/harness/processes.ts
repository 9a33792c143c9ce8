import { readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const KIBIBYTE = 1024;
const LOOK_EVERY_MS = 200;

/**
 * Watches the descendants of a process whose command line has `part`, and returns the peak of their
 * resident memory in bytes, each one's own peak as the kernel counts it.
 * @returns ends the watch
 */
export function watchMemory(root: number, part: string): () => number {
  const peaks = new Map<number, number>();
  const look = (): void => {
    for (const { pid, command } of descendants(root)) {
      if (!command.includes(part)) continue;
      const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? "0");
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peak * KIBIBYTE));
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    return Math.max(0, ...peaks.values());
  };
}

function descendants(root: number): readonly Process[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const processes = all.map((name) => processOf(Number(name)));
  const found = new Set([root]);
  // A parent may stand behind its child in the list.
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of processes) if (found.has(parent)) found.add(pid);
  }
  return processes.filter(({ pid }) => found.has(pid));
}

function processOf(pid: number): Process {
  const stat = read(`/proc/${pid}/stat`);
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return { pid, parent, command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ") };
}

/** Empty where the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
