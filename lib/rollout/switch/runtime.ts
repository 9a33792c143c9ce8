import type Docker from "dockerode";
import { UserError } from "../../errors";
import { demultiplexer } from "../docker/stream";
import type { Colour } from "../labels";
import { ADMIN_PORT } from "./config";

/** One server slot of one backend, as HAProxy sees it. */
export interface Slot {
  readonly backend: string;
  readonly name: string;
  /** `UP`, `DOWN`, `MAINT`, `DRAIN`, `MAINT (resolution)`, … */
  readonly status: string;
  /** `L4OK` where the last check could connect. */
  readonly check: string;
  /** Address without port; undefined while the name does not resolve. */
  readonly address: string | undefined;
  /** Requests (HTTP) or connections (TCP) in progress, with those that wait. */
  readonly sessions: number;
}

export type SlotState = "ready" | "drain" | "maint";

/** One held line to a switch's runtime socket (rule 18). Commands run one after another. */
export interface SwitchRuntime {
  /** Runs the commands in one go and returns what HAProxy answered. */
  readonly command: (...commands: readonly string[]) => Promise<string>;
  readonly close: () => void;
}

const ANSWER_LIMIT_MS = 10_000;
const END = "\x04";

// Shell builtins only, besides busybox's nc: a switch image may hold nothing else. Each command gets a
// connection of its own, because HAProxy closes after one answer, which marks the answer's end.
const BASH = `printf '\\004\\n'; while IFS= read -r line; do exec 3<>/dev/tcp/127.0.0.1/${ADMIN_PORT} && {
printf '%s\\n' "$line" >&3; while IFS= read -r answer <&3; do printf '%s\\n' "$answer"; done; exec 3>&-; }
printf '\\004\\n'; done`;
const BUSYBOX = `printf '\\004\\n'; while IFS= read -r line; do
printf '%s\\n' "$line" | nc 127.0.0.1 ${ADMIN_PORT}; printf '\\004\\n'; done`;

/**
 * Opens the runtime line of a running switch.
 * @throws UserError `switch-client-missing` where the image has neither bash nor sh with nc
 */
export async function openRuntime(docker: Docker, container: string): Promise<SwitchRuntime> {
  for (const shell of [
    ["bash", "-c", BASH],
    ["sh", "-c", BUSYBOX],
  ]) {
    const runtime = await tryOpen(docker, container, shell);
    if (runtime !== undefined) return runtime;
  }
  throw new UserError(
    `the switch ${container.slice(0, 12)} does not answer on its runtime socket: the switch image needs ` +
      "bash, or sh with nc, like the official haproxy images; set `switchImage` to one of them",
    "switch-client-missing",
  );
}

async function tryOpen(
  docker: Docker,
  container: string,
  command: string[],
): Promise<SwitchRuntime | undefined> {
  const exec = await docker
    .getContainer(container)
    .exec({ Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true }).catch(() => undefined);
  if (stream === undefined) return undefined;
  const answers = new AnswerReader(stream);
  const first = await answers.next().catch(() => undefined);
  if (first === undefined) {
    stream.destroy();
    return undefined;
  }
  let last: Promise<unknown> = Promise.resolve();
  const command1 = (line: string): Promise<string> => {
    const answer = last.then(async () => {
      const next = answers.next();
      stream.write(`${line}\n`);
      return next;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    command: (...commands) => command1(commands.join("; ")),
    close: () => {
      stream.end();
      stream.destroy();
    },
  };
}

/** Cuts the text that comes back into answers at the end marks. */
class AnswerReader {
  private text = "";
  private ended = false;
  private waiting: { resolve: (text: string) => void; reject: (error: Error) => void } | undefined;

  public constructor(stream: NodeJS.ReadableStream) {
    stream.on(
      "data",
      demultiplexer((text) => {
        this.text += text;
        this.serve();
      }),
    );
    const end = (): void => {
      this.ended = true;
      this.serve();
    };
    stream.on("end", end);
    stream.on("close", end);
    stream.on("error", end);
  }

  public next(): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting = undefined;
        reject(lost(`did not answer within ${ANSWER_LIMIT_MS / 1000} s`));
      }, ANSWER_LIMIT_MS);
      this.waiting = {
        resolve: (text) => {
          clearTimeout(timer);
          resolve(text);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.serve();
    });
  }

  private serve(): void {
    if (this.waiting === undefined) return;
    const at = this.text.indexOf(END);
    if (at >= 0) {
      const answer = this.text.slice(0, at);
      this.text = this.text.slice(at + 1).replace(/^\r?\n/, "");
      const { resolve } = this.waiting;
      this.waiting = undefined;
      resolve(answer.trim());
    } else if (this.ended) {
      const { reject } = this.waiting;
      this.waiting = undefined;
      reject(lost("closed its runtime line"));
    }
  }
}

function lost(what: string): UserError {
  return new UserError(`a switch ${what}; look at its log with \`docker logs\``, "switch-lost");
}

/** `set server` for every slot of a colour, as one line. */
export function setStateCommands(
  backends: readonly string[],
  colour: Colour,
  slots: number,
  state: SlotState,
): readonly string[] {
  return forSlots(backends, colour, slots, (slot) => `set server ${slot} state ${state}`);
}

/** Ends every session that is still on a colour. */
export function shutdownCommands(
  backends: readonly string[],
  colour: Colour,
  slots: number,
): readonly string[] {
  return forSlots(backends, colour, slots, (slot) => `shutdown sessions server ${slot}`);
}

function forSlots(
  backends: readonly string[],
  colour: Colour,
  slots: number,
  command: (slot: string) => string,
): readonly string[] {
  return backends.flatMap((backend) =>
    Array.from({ length: slots }, (_, index) => command(`${backend}/${colour}${index + 1}`)),
  );
}

/** Reads `show stat -1 4 -1`: CSV whose first line, after `# `, names the columns. */
export function parseStat(text: string): readonly Slot[] {
  const [head = "", ...rows] = text.split("\n").filter((line) => line.trim() !== "");
  const columns = head.replace(/^# /, "").split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
    return {
      backend: cell("pxname"),
      name: cell("svname"),
      status: cell("status"),
      check: cell("check_status").replace(/^\* /, ""),
      address: addressOf(cell("addr")),
      sessions: Number(cell("scur") || "0") + Number(cell("qcur") || "0"),
    };
  });
}

function addressOf(text: string): string | undefined {
  const host = text.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return host === "" || host === "0.0.0.0" || host.startsWith("-") ? undefined : host;
}

/** The slots of one colour. */
export function slotsOf(slots: readonly Slot[], colour: Colour): readonly Slot[] {
  return slots.filter(({ name }) => new RegExp(`^${colour}\\d+$`).test(name));
}

export async function readSlots(runtime: SwitchRuntime): Promise<readonly Slot[]> {
  return parseStat(await runtime.command("show stat -1 4 -1"));
}

/** @throws UserError `switch-refused` where HAProxy answers anything */
export async function setState(
  runtime: SwitchRuntime,
  backends: readonly string[],
  colour: Colour,
  slots: number,
  state: SlotState,
): Promise<void> {
  const answer = await runtime.command(...setStateCommands(backends, colour, slots, state));
  if (answer !== "") {
    throw new UserError(
      `the switch refused to set ${colour} ${state}: ${answer}`,
      "switch-refused",
    );
  }
}
