import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../errors";
import { poll } from "../wait";

export interface Tunnel {
  /** The local socket that leads to the host's /var/run/docker.sock. */
  readonly socket: string;
  readonly close: () => Promise<void>;
}

const CONNECT_SECONDS = 10;
const OPEN_LIMIT_MS = 20_000;
const END_LIMIT_MS = 2_000;

/**
 * The arguments of the one ssh session that carries everything: a forwarded socket, so that each
 * Docker call costs no handshake; no shared master, so that it ends with us; no question ever.
 * @throws UserError `host-address` for anything but `ssh://[user@]host[:port]`
 */
export function sshArguments(address: string, socket: string): readonly string[] {
  const match = /^ssh:\/\/(?:([^@/:]+)@)?([^@/:]+|\[[^\]]+\])(?::(\d+))?\/?$/.exec(address);
  const [, user, host, port] = match ?? [];
  // A leading dash would be read as an option by ssh.
  if (host === undefined || host.startsWith("-") || user?.startsWith("-") === true) {
    throw new UserError(
      `\`host.address\` ${JSON.stringify(address)} is not ssh://user@host[:port]`,
      "host-address",
    );
  }
  const options = [
    "ExitOnForwardFailure=yes",
    "BatchMode=yes",
    `ConnectTimeout=${CONNECT_SECONDS}`,
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ControlMaster=no",
    "ControlPath=none",
    "StreamLocalBindMask=0177",
  ];
  return [
    "-nNT",
    ...options.flatMap((option) => ["-o", option]),
    ...(port === undefined ? [] : ["-p", port]),
    ...(user === undefined ? [] : ["-l", user]),
    "-L",
    `${socket}:/var/run/docker.sock`,
    "--",
    host.replace(/^\[(.*)\]$/, "$1"),
  ];
}

/**
 * Opens the session and waits until its socket is there.
 * @throws UserError `host-unreachable` with what ssh said
 */
export async function openTunnel(address: string, signal: AbortSignal): Promise<Tunnel> {
  // Short, because a unix socket's path has at most 108 bytes.
  const folder = await mkdtemp(join(tmpdir(), "bc-"));
  await chmod(folder, 0o700);
  const socket = join(folder, "docker.sock");
  const child = spawn("ssh", [...sshArguments(address, socket)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = endOf(child);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  let exit: string | undefined;
  void ended.then((reason) => (exit = reason));
  const close = async (): Promise<void> => {
    if (exit === undefined) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
    await ended;
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const open = await poll(
      () => {
        if (exit !== undefined) return Promise.reject(unreachable(address, said, exit));
        return Promise.resolve(existsSync(socket) ? true : undefined);
      },
      { signal, limitMs: OPEN_LIMIT_MS, everyMs: 20 },
    );
    if (open === undefined) throw unreachable(address, said, "no answer");
    return { socket, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ENOENT" ? "`ssh` is not on PATH; install it" : error.message);
    });
    child.on("close", (code) => {
      resolve(`ssh ended with exit code ${code ?? "none"}`);
    });
  });
}

function unreachable(address: string, said: string, exit: string): UserError {
  // ssh ends its lines like a terminal; a bare \r would overwrite the user's line.
  const reason = said.trim().split(/\r?\n/).slice(-3).join("; ");
  const command = address.replace(/^ssh:\/\//, "").replace(/:(\d+)\/?$/, " -p $1");
  return new UserError(
    `${address} cannot be reached: ${reason === "" ? exit : reason}; ` +
      `\`ssh ${command} docker info\` must work without a question (key in the agent, host key known)`,
    "host-unreachable",
  );
}
