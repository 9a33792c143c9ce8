import type Docker from "dockerode";
import { UserError } from "../../errors";
import { demultiplexer } from "./stream";

export interface ExecResult {
  readonly code: number;
  readonly output: string;
}

const EXEC_LIMIT_MS = 30_000;

/**
 * Runs a program in a running container as root, so that it may write into root's volumes.
 * @throws UserError `exec-timeout` after 30 s
 */
export async function execIn(
  docker: Docker,
  container: string,
  command: readonly string[],
): Promise<ExecResult> {
  const exec = await docker.getContainer(container).exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    User: "0",
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  const parts: string[] = [];
  const push = demultiplexer((text) => parts.push(text));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      stream.destroy();
      reject(
        new UserError(
          `\`${command.join(" ")}\` in container ${container.slice(0, 12)} did not end within ${EXEC_LIMIT_MS / 1000} s`,
          "exec-timeout",
        ),
      );
    }, EXEC_LIMIT_MS);
    stream.on("data", push);
    stream.on("error", reject);
    stream.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    stream.on("end", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  const { ExitCode } = await exec.inspect();
  return { code: ExitCode ?? 0, output: parts.join("") };
}
