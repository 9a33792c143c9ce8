import { mkdirSync } from "node:fs";
import { UserError } from "../lib/errors";
import { STATE_DIRECTORY } from "./environment";
import { pulumiCommand, pulumiOutput } from "./pulumiCommand";
import { setUp } from "./setup";

export const DEV_STACK = "dev";

const COMMANDS = `
  npm run -s pulumi -- preview --stack dev      what an update would do
  npm run -s pulumi -- up --stack dev           deploy what is checked out
  npm run -s pulumi -- config set version v0.2.0 --stack dev
                                                choose a version: a new one, or an old one to go back
  npm run -s pulumi -- stack output --stack dev what runs
  npm test                                      every test
  npm run reset                                 take the dev stack down, keeping its volumes
`;

/** `npm start`: sets up what is missing, deploys the dev stack and says where to look. */
export async function start(): Promise<number> {
  await setUp({ tests: false });
  await ensureStack();
  const code = await pulumiCommand([
    "up",
    ...["--stack", DEV_STACK, "--yes", "--skip-preview", "--suppress-outputs"],
  ]);
  if (code !== 0) return code;
  console.log(`\n${await whereToLook()}\n\n  Daily commands:\n${COMMANDS}`);
  return 0;
}

/** The committed Pulumi.dev.yaml has the salt already, so the new stack leaves the file alone. */
async function ensureStack(): Promise<void> {
  mkdirSync(STATE_DIRECTORY, { recursive: true });
  if (await hasDevStack()) return;
  const code = await pulumiCommand(["stack", "init", DEV_STACK, "--no-select"]);
  if (code !== 0) throw new UserError("the dev stack could not be made, see above", "stack-init");
}

/** Whether the dev stack is in the dev environment's state. */
export async function hasDevStack(): Promise<boolean> {
  const listed = await pulumiOutput(["stack", "ls", "--json"]);
  if (listed.code !== 0) return false;
  return (JSON.parse(listed.stdout) as { name: string }[]).some(({ name }) => name === DEV_STACK);
}

interface HostOutput {
  readonly services?: Readonly<Record<string, { urls?: readonly string[]; version?: string }>>;
}

async function whereToLook(): Promise<string> {
  const asked = await pulumiOutput(["stack", "output", "host", "--json", "--stack", DEV_STACK]);
  if (asked.code !== 0) return "  The dev stack is up.";
  const { services = {} } = JSON.parse(asked.stdout) as HostOutput;
  const lines = Object.entries(services).map(([name, { urls = [], version = "" }]) => {
    return `    ${name.padEnd(22)} ${version.padEnd(10)} ${urls.join(" ")}`.trimEnd();
  });
  return ["  The dev stack is up:", ...lines].join("\n");
}
