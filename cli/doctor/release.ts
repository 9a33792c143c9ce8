import type { LoadedCompose } from "../../lib/compose";
import { resolveCredentials } from "../../lib/credentials";
import { readSource } from "../../lib/git";
import { checkAccess } from "../../lib/images";
import { isLoopback } from "../../lib/oci";
import { connect, type HostConnection } from "../../lib/rollout";
import { readLock, type LockHolder } from "../../lib/rollout/lock";
import { repositoryPath } from "../../lib/settings/registry";
import type { Settings } from "../../lib/settings/settings";
import { isSemverVersion } from "../../lib/tags";
import { timeOf } from "../words";
import { fault, ok, warning, type Finding } from "./check";

export function composeFinding({ findings, model, builds }: LoadedCompose): Finding {
  const lines = (list: readonly { at: string; message: string }[]): string =>
    list.map(({ at, message }) => `${at}: ${message}`).join("\n");
  if (findings.errors.length > 0) return { state: "fault", detail: lines(findings.errors) };
  if (findings.warnings.length > 0) return { state: "warning", detail: lines(findings.warnings) };
  const services = Object.keys(model.services).length;
  return ok(`${services} services, ${Object.keys(builds).length} of them built here`);
}

/** Both logins, proven as `pulumi up` proves them. Without repositories only the logins are told. */
export async function registryFinding(
  settings: Settings,
  services: readonly string[],
): Promise<Finding> {
  const { registry } = settings;
  const repositories = services.map((service) => repositoryPath(registry, service));
  await checkAccess({ registry: registry.account, repositories, builds: [] }, (source, server) =>
    resolveCredentials(source, server),
  );
  const proven = repositories.length === 0 ? "logins only" : "push and pull";
  return ok(`${registry.endpoint.server}, ${proven}`);
}

/** Reaches the host, and hands over its findings: how it is, and whether its lock is free. */
export async function askHost(
  settings: Settings,
  signal: AbortSignal,
): Promise<{ readonly host: Finding; readonly lock: Finding }> {
  const { host } = settings;
  if (host.kind === "off") {
    const none: Finding = { state: "skipped", detail: "the stack has no host" };
    return { host: none, lock: none };
  }
  const connection = await connect(host.target, { signal });
  try {
    const holder = await readLock(connection.docker, host.target.project);
    return { host: hostFinding(connection, settings), lock: lockFinding(holder) };
  } finally {
    await connection.close();
  }
}

export function hostFinding(
  {
    address,
    engineVersion,
    platform,
  }: Pick<HostConnection, "address" | "engineVersion" | "platform">,
  { build }: Pick<Settings, "build">,
): Finding {
  if (build.platforms.includes(platform)) {
    return ok(`${address}: Docker ${engineVersion}, ${platform}`);
  }
  return fault(
    `${address} is ${platform}, and the images are for ${build.platforms.join(", ")} only`,
    `add ${platform} to config \`platforms\``,
  );
}

export function lockFinding(holder: LockHolder | undefined): Finding {
  if (holder === undefined) return ok("free");
  const { owner, since } = holder;
  return fault(
    `${owner.who} (process ${owner.pid}) holds it since ${timeOf(since)} UTC`,
    "wait for that release; if it is dead, `npx bot-core unlock`",
  );
}

/** Whether the built services' source is committed. */
export async function sourceFinding(
  folder: string,
  settings: Settings,
  { builds }: LoadedCompose,
): Promise<Finding> {
  const paths = Object.values(builds).flatMap(({ context, dockerfile }) => [context, dockerfile]);
  const { dirty, revision } = await readSource({
    projectDirectory: folder,
    paths: [...new Set(paths)],
  });
  if (revision === undefined) {
    return warning("there is no git: releases carry no commit", "set GIT_SHA, or use a clone");
  }
  if (!dirty) return ok(`clean at ${revision.slice(0, 12)}`);
  const refused =
    isSemverVersion(settings.release.version) && !isLoopback(settings.registry.endpoint.server);
  return warning(
    "the source of a built service has uncommitted changes" +
      (refused ? `: ${settings.release.version} will not be built from it` : ""),
    "commit them (`git status` lists them)",
  );
}
