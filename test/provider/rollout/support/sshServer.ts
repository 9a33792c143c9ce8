import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../../../lib/process/run";

/** A real sshd on loopback with its own keys. */
export interface SshServer {
  /** `ssh://user@127.0.0.1:PORT`. */
  readonly address: string;
  /** What sshd logged. */
  readonly log: () => string;
  /** PATH whose `ssh` knows the server's key and ours, and reads no file of the user's. */
  readonly path: string;
  readonly close: () => Promise<void>;
}

const SSHD = process.env["SSHD"] ?? "/usr/sbin/sshd";

/** Undefined where no sshd is installed. */
export async function startSshServer(port: number): Promise<SshServer | undefined> {
  if (!existsSync(SSHD) || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "sshd-"));
  for (const key of ["host", "client"]) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
  }
  copyFileSync(join(folder, "client.pub"), join(folder, "authorized"));
  // sshd wants its own empty folder, which an init script would make.
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, "sshd.conf"), [...SERVER(folder, port), ""].join("\n"));
  writeFileSync(join(folder, "ssh.conf"), [...CLIENT(folder), ""].join("\n"));
  mkdirSync(join(folder, "bin"));
  const wrapper = join(folder, "bin", "ssh");
  writeFileSync(wrapper, `#!/bin/sh\nexec /usr/bin/ssh -F ${join(folder, "ssh.conf")} "$@"\n`);
  chmodSync(wrapper, 0o755);
  const child = spawn(SSHD, ["-D", "-e", "-f", join(folder, "sshd.conf")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<unknown>((done) => child.on("close", done));
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await listens(() => text))) {
    await close();
    throw new Error(`sshd does not listen: ${text}`);
  }
  return {
    address: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    log: () => text,
    path: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
    close,
  };
}

const SERVER = (folder: string, port: number): string[] => [
  "ListenAddress 127.0.0.1",
  `Port ${port}`,
  `HostKey ${join(folder, "host")}`,
  `AuthorizedKeysFile ${join(folder, "authorized")}`,
  `PidFile ${join(folder, "pid")}`,
  "PermitRootLogin prohibit-password",
  "PasswordAuthentication no",
  "StrictModes no",
  "UsePAM no",
  "LogLevel VERBOSE",
  ...sessionPath(),
];

/** An sshd that was unpacked elsewhere finds its helper beside itself. */
function sessionPath(): string[] {
  const folder = resolve(SSHD, "../../lib/openssh");
  return existsSync("/usr/lib/openssh/sshd-session") || !existsSync(join(folder, "sshd-session"))
    ? []
    : [`SshdSessionPath ${folder}/sshd-session`, `SshdAuthPath ${folder}/sshd-auth`];
}

const CLIENT = (folder: string): string[] => [
  `IdentityFile ${join(folder, "client")}`,
  "IdentitiesOnly yes",
  "StrictHostKeyChecking accept-new",
  `UserKnownHostsFile ${join(folder, "known")}`,
];

/** Asked of its log: a connection without a login would count as an attack. */
async function listens(log: () => string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (log().includes("Server listening")) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}
