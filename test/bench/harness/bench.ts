import { connect, type HostConnection } from "../../../lib/rollout";
import { sweep } from "./docker";

/** The daemon that everything is measured on. */
export const ADDRESS = "unix:///var/run/docker.sock";

/** What every row works with. */
export interface Bench {
  readonly connection: HostConnection;
  /** Ends a row that takes too long, and all of them on an interrupt. */
  readonly signal: AbortSignal;
  /** true: a tenth of the work, to see that everything runs; its numbers mean little. */
  readonly quick: boolean;
  /** Tells a person what is being done. */
  readonly say: (text: string) => void;
  /** To be undone when the stage is over, last first. */
  readonly defer: (undo: () => Promise<unknown>) => void;
  /** What the first row of a stage made for the others, or `make` makes now. */
  readonly shared: <T>(key: string, make: () => Promise<T>) => Promise<T>;
}

export interface OpenBench extends Bench {
  /** Undoes what is deferred and removes all that carries our name. */
  readonly endStage: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the daemon; leftovers of a killed run go first. */
export async function openBench(
  options: Pick<Bench, "signal" | "quick" | "say">,
): Promise<OpenBench> {
  const connection = await connect({ address: ADDRESS }, { signal: options.signal });
  const undos: (() => Promise<unknown>)[] = [];
  const made = new Map<string, Promise<unknown>>();
  const endStage = async (): Promise<void> => {
    made.clear();
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      await undo().catch((error: unknown) => {
        options.say(`clean-up: ${String(error)}`);
      });
    }
    await sweep();
  };
  await sweep();
  return {
    ...options,
    connection,
    defer: (undo) => undos.push(undo),
    shared: async <T>(key: string, make: () => Promise<T>): Promise<T> => {
      const there = made.get(key) ?? make();
      made.set(key, there);
      // Each key has one maker, so the type is that of its caller.
      return (await there) as T;
    },
    endStage,
    close: async () => {
      await endStage();
      await connection.close();
    },
  };
}
