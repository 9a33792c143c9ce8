import { readFileSync } from "node:fs";
import type { ComposeHostInputs } from "../../../../lib/resources/composeHost";
import { connect, deployRelease } from "../../../../lib/rollout";

/**
 * A deploy in a process of its own, for tests that kill it. Argument: a JSON file with inputs and login.
 * Prints each line of progress; SIGINT undoes.
 */
async function main(): Promise<void> {
  const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as {
    inputs: ComposeHostInputs;
    login: { username: string; password: string };
  };
  const controller = new AbortController();
  process.on("SIGINT", () => {
    controller.abort();
  });
  const connection = await connect(settings.inputs.host, { signal: controller.signal });
  try {
    await deployRelease(settings.inputs, connection, {
      report: (line) => {
        console.log(line);
      },
      signal: controller.signal,
      credentials: () => Promise.resolve(settings.login),
    });
  } finally {
    await connection.close();
  }
}

main().catch((error: unknown) => {
  console.log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
