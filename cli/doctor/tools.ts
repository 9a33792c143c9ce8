import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors";
import type { Run } from "../../lib/process/run";
import { MINIMUM_COMPOSE } from "../../lib/rollout";
import { fault, ok, warning, type Check, type Finding } from "./check";
import { isRecent, MINIMUM_NODE, MINIMUM_PULUMI } from "./minimums";

type Environment = Readonly<Record<string, string | undefined>>;

const INSTALL_PULUMI = "install it from https://www.pulumi.com/docs/install/";
const INSTALL_DOCKER = "install it from https://docs.docker.com/engine/install/";

/** The programs on this machine. They are told without the stack's configuration. */
export function toolChecks(folder: string, env: Environment, run: Run): readonly Check[] {
  const asked = (program: string, args: readonly string[]) => (signal: AbortSignal) =>
    answerOf(run, program, args, signal);
  const pulumi = asked("pulumi", ["version"]);
  const docker = asked("docker", ["--version"]);
  const compose = asked("docker", ["compose", "version", "--short"]);
  const buildx = asked("docker", ["buildx", "version"]);
  const plugins = asked("pulumi", ["plugin", "ls", "--json"]);
  return [
    { name: "node", run: () => Promise.resolve(nodeFinding(process.versions.node)) },
    { name: "pulumi", run: async (signal) => pulumiFinding(await pulumi(signal)) },
    {
      name: "docker plugin",
      run: async (signal) => pluginFinding(await plugins(signal), folder, env),
    },
    { name: "docker", run: async (signal) => dockerFinding(await docker(signal)) },
    { name: "compose", run: async (signal) => composeFinding(await compose(signal)) },
    { name: "buildx", run: async (signal) => buildxFinding(await buildx(signal)) },
  ];
}

/** What a program printed; undefined where it is missing or refuses. */
async function answerOf(
  run: Run,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { code, stdout } = await run(program, args, { signal });
    return code === 0 ? stdout.trim() : undefined;
  } catch (error) {
    if (error instanceof UserError && error.code === "program-missing") return undefined;
    throw error;
  }
}

export function nodeFinding(version: string): Finding {
  if (isRecent(version, MINIMUM_NODE)) return ok(version);
  return fault(
    `Node is ${version}; ${MINIMUM_NODE} or newer is needed`,
    "install it from https://nodejs.org/",
  );
}

export function pulumiFinding(version: string | undefined): Finding {
  if (version === undefined) return fault("`pulumi` is not on PATH", INSTALL_PULUMI);
  if (isRecent(version, MINIMUM_PULUMI)) return ok(version);
  return fault(`pulumi is ${version}; ${MINIMUM_PULUMI} or newer is needed`, INSTALL_PULUMI);
}

function dockerFinding(version: string | undefined): Finding {
  if (version === undefined) return fault("`docker` is not on PATH", INSTALL_DOCKER);
  return ok(version.replace(/^Docker version /, ""));
}

export function composeFinding(version: string | undefined): Finding {
  const mend = `install Docker's compose plugin, ${MINIMUM_COMPOSE} or newer`;
  if (version === undefined) return fault("`docker compose` does not work", mend);
  if (isRecent(version, MINIMUM_COMPOSE)) return ok(version);
  return fault(`Compose is ${version}; ${MINIMUM_COMPOSE} or newer is needed`, mend);
}

/** The official docker plugin builds without it, so that its lack alone stops nothing. */
function buildxFinding(version: string | undefined): Finding {
  if (version !== undefined) return ok(version.split(" ").slice(1).join(" "));
  return warning(
    "`docker buildx` does not work: what the build daemon can build is not known",
    "install Docker's buildx plugin",
  );
}

const Plugins = z.array(
  z.object({ name: z.string(), kind: z.string(), version: z.string().nullish() }),
);

/** @param listed what `pulumi plugin ls --json` printed */
export function pluginFinding(
  listed: string | undefined,
  folder: string,
  env: Environment,
): Finding {
  if (listed === undefined) return { state: "skipped", detail: "the Pulumi CLI does not answer" };
  const wanted = wantedPlugin(folder);
  const versions = Plugins.parse(JSON.parse(listed))
    .filter(({ name, kind }) => name === "docker" && kind === "resource")
    .map(({ version }) => version ?? "");
  if (versions.includes(wanted)) return ok(wanted);
  const mend = `pulumi plugin install resource docker v${wanted}`;
  const what = `the docker plugin ${wanted} is not installed`;
  const automatic = (env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] ?? "") === "";
  return automatic ? warning(`${what}; \`pulumi up\` will fetch it`, mend) : fault(what, mend);
}

/** The version of the SDK that the program declares images with. */
function wantedPlugin(folder: string): string {
  const file = createRequire(join(folder, "package.json")).resolve("@pulumi/docker/package.json");
  // npm wrote it.
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
