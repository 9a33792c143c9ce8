import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { run } from "../../lib/process/run";
import { until } from "../e2e/support/cliProcess";

const SSHD = process.env["SSHD"] ?? "/usr/sbin/sshd";
const SSH = "/usr/bin/ssh";

/**
 * A real sshd on loopback with keys of its own, whose side has a HOME and a /tmp of its own: empty ones
 * in a mount namespace, so that whatever is put there is seen.
 */
export interface SshServer {
  /** `ssh://user@127.0.0.1:PORT` */
  readonly address: string;
  /** Folder for the head of PATH: an `ssh` that has the test's key and knows the test's host key. */
  readonly bin: string;
  /** How many sessions were opened so far, and how many of them have ended. */
  readonly sessions: () => { readonly opened: number; readonly ended: number };
  /** Every file in that side's HOME and /tmp. */
  readonly files: () => Promise<readonly string[]>;
  /** Does something while the host's key is not known, as on a machine that has never been there. */
  readonly withoutHostKey: (work: () => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Why there can be no server here; undefined where there can. */
export function whySshServerIsMissing(): string | undefined {
  if (!existsSync(SSHD)) return `${SSHD} is missing; \`npm test\` installs it on Debian`;
  if (!existsSync(SSH)) return `${SSH} is missing`;
  return process.getuid?.() === 0 ? undefined : "a mount namespace for sshd needs root";
}

export async function startSshServer(port: number): Promise<SshServer> {
  // Not in /tmp, which that side has its own of.
  const folder = await mkdtemp("/var/tmp/e2e-ssh-");
  const file = (name: string): string => join(folder, name);
  for (const name of ["host", "user"]) {
    await must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file(name));
  }
  await writeFile(file("sshd_config"), serverConfig(port, file));
  await writeFile(file("ssh_config"), clientConfig(file));
  const hostKey = await readFile(file("host.pub"), "utf8");
  const known = `[127.0.0.1]:${port} ${hostKey}`;
  await writeFile(file("known_hosts"), known);
  await mkdir(file("bin"));
  await writeFile(file("bin/ssh"), `#!/bin/sh\nexec ${SSH} -F ${file("ssh_config")} "$@"\n`);
  await chmod(file("bin/ssh"), 0o755);
  // Where sshd's unprivileged part lives; the package's service makes it at boot.
  await mkdir("/run/sshd", { recursive: true });
  const child = startDaemon(file("sshd_config"));
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (log += text));
  await until(`sshd listens: ${log}`, () => log.includes("Server listening"), 30_000);
  const count = (pattern: RegExp): number => log.match(pattern)?.length ?? 0;
  return {
    address: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    bin: file("bin"),
    sessions: () => ({
      opened: count(/Accepted publickey/g),
      ended: count(/Disconnected from user/g),
    }),
    files: () => filesOf(child),
    withoutHostKey: async (work) => {
      await writeFile(file("known_hosts"), "");
      await work().finally(() => writeFile(file("known_hosts"), known));
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.kill()) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverConfig(port: number, file: (name: string) => string): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey ${file("host")}
AuthorizedKeysFile ${file("user.pub")}
# The folder of the keys stands in /var/tmp, which others may write to as well.
StrictModes no
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding local
AllowStreamLocalForwarding local
LogLevel VERBOSE
`;
}

function clientConfig(file: (name: string) => string): string {
  return `Host 127.0.0.1
  IdentityFile ${file("user")}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${file("known_hosts")}
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
`;
}

/** `exec` all the way: the process that is started becomes sshd itself. */
function startDaemon(config: string): ChildProcess {
  const script = 'mount -t tmpfs tmpfs "$1" && mount -t tmpfs tmpfs "$2" && shift 2 && exec "$@"';
  return spawn(
    "unshare",
    ["--mount", "sh", "-c", script, "sh", homedir(), tmpdir(), SSHD, "-D", "-e", "-f", config],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
}

async function filesOf(child: ChildProcess): Promise<readonly string[]> {
  const inside = ["--target", `${child.pid ?? 0}`, "--mount"];
  const listed = await must("nsenter", ...inside, "find", homedir(), tmpdir(), "-mindepth", "1");
  return listed.split("\n").filter((line) => line !== "");
}

async function must(program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}
