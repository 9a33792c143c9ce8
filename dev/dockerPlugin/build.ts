import { UserError } from "../../lib/errors";
import type { Run } from "../../lib/process/run";
import type { PluginContext } from "../../provider/plugin";
import type { Daemon } from "./daemon";
import type { BuildInputs } from "./inputs";

/** So many of a failed build's last lines go into the error. */
const SHOWN_LINES = 25;

/**
 * A build argument goes to the client by name, its value in the environment, where `ps` does not
 * show it; except where the client would take it for a setting of its own.
 */
const CLIENTS_OWN =
  /^(?:PATH|HOME|TMPDIR|DOCKER_.*|BUILDX_.*|BUILDKIT_.*|SSH_.*|SSL_.*|LD_.*|.*_proxy|IMAGE_BUILD_LOGIN)$/i;

/** The client's arguments for one build. The password of a registry is never among them. */
export function buildArguments(name: string, build: BuildInputs, builder: string): string[] {
  const legacy = build.builderVersion === "BuilderV1";
  const args = legacy
    ? ["build"]
    : // An attestation would turn the image into an index.
      ["buildx", "build", "--builder", builder, "--load", "--progress", "plain"].concat(
        "--provenance=false",
        "--sbom=false",
      );
  args.push("--tag", name, "--file", build.dockerfile);
  if (build.platform !== undefined) args.push("--platform", build.platform);
  if (build.target !== undefined) args.push("--target", build.target);
  if (build.network !== undefined) args.push("--network", build.network);
  for (const host of build.addHosts) args.push("--add-host", host);
  for (const image of build.cacheFrom) args.push("--cache-from", image);
  for (const [arg, value] of Object.entries(build.args)) {
    args.push("--build-arg", CLIENTS_OWN.test(arg) ? `${arg}=${value}` : arg);
  }
  return [...args, build.context];
}

/**
 * Builds one image into the daemon, telling its progress.
 * @throws UserError `build-failed` with the build's last lines
 */
export async function buildImage(
  run: Run,
  name: string,
  build: BuildInputs,
  daemon: Daemon,
  env: Readonly<Record<string, string>>,
  { report, signal }: PluginContext,
): Promise<void> {
  const lines: string[] = [];
  const { code } = await run("docker", buildArguments(name, build, daemon.builder), {
    env: {
      ...argumentValues(build),
      ...daemon.env,
      ...env,
      DOCKER_BUILDKIT: build.builderVersion === "BuilderV1" ? "0" : "1",
    },
    signal,
    onLine: (line) => {
      const text = line.trimEnd();
      if (text === "") return;
      lines.push(text);
      if (lines.length > SHOWN_LINES) lines.shift();
      report(text);
    },
  });
  if (code === 0) return;
  throw new UserError(
    [`building \`${name}\` for ${build.platform ?? "the host's platform"} failed:`, ...lines].join(
      "\n  ",
    ),
    "build-failed",
  );
}

function argumentValues({ args }: BuildInputs): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(args).filter(([arg]) => !CLIENTS_OWN.test(arg)));
}
