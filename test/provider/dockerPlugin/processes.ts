import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Looks at the arguments of all processes until it is stopped. */
export function watchArguments(secret: string): {
  readonly stop: () => Promise<readonly string[]>;
  readonly looks: () => number;
} {
  const found: string[] = [];
  let [running, looks] = [true, 0];
  const done = (async () => {
    while (running) {
      const texts = (await processes()).map(({ args }) => args);
      found.push(...texts.filter((text) => text.includes(secret)));
      looks += 1;
      await sleep(20);
    }
  })();
  return {
    looks: () => looks,
    stop: async () => {
      running = false;
      await done;
      return found;
    },
  };
}

/** Process ids of docker clients that build in this folder. */
export async function builders(folder: string): Promise<readonly string[]> {
  const clients = (await processes()).filter(({ args }) => args.includes("buildx"));
  const folders = await Promise.all(
    clients.map(({ pid }) => readlink(`/proc/${pid}/cwd`).catch(() => "")),
  );
  return clients.filter((_, at) => folders[at] === folder).map(({ pid }) => pid);
}

async function processes(): Promise<readonly { readonly pid: string; readonly args: string }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      // A process may end while it is looked at.
      const args = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return { pid, args };
    }),
  );
}
