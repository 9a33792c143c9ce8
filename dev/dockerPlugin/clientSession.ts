import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { RegistryLogin } from "./registryLogin";
import { clientConfig, clientConfigFolder } from "./registryLogin";
import { recordOf } from "./inputs";

const HELPER = "image-build";
const LOGIN_VARIABLE = "IMAGE_BUILD_LOGIN";
/** Prints the login that this process put into its environment; `store` and `erase` do nothing. */
const HELPER_SCRIPT = `#!/bin/sh\n[ "$1" = get ] && printf %s "$${LOGIN_VARIABLE}"\n`;

/**
 * Gives `work` the environment of a docker client that knows one more login, without writing the
 * password anywhere: a copy of the user's configuration names a credential helper that reads it
 * from the environment. BuildKit needs it for base and cache images of a private registry.
 */
export async function withLogin<T>(
  login: RegistryLogin | undefined,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (login === undefined) return work({});
  const folder = await mkdtemp(join(tmpdir(), "docker-client-"));
  try {
    await linkConfiguration(folder);
    await writeFile(join(folder, "config.json"), JSON.stringify(await configWith(login)));
    const helper = join(folder, `docker-credential-${HELPER}`);
    await writeFile(helper, HELPER_SCRIPT);
    await chmod(helper, 0o700);
    return await work({
      DOCKER_CONFIG: folder,
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      [LOGIN_VARIABLE]: JSON.stringify({
        ServerURL: login.server,
        Username: login.username,
        Secret: login.password,
      }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Contexts, plugins and the like stay where they are. */
async function linkConfiguration(folder: string): Promise<void> {
  const source = resolve(clientConfigFolder());
  const names = await readdir(source).catch(() => []);
  for (const name of names.filter((each) => each !== "config.json")) {
    await symlink(join(source, name), join(folder, name));
  }
}

async function configWith(login: RegistryLogin): Promise<Readonly<Record<string, unknown>>> {
  const config = await clientConfig();
  const helpers = { ...recordOf(config["credHelpers"]), [login.server]: HELPER };
  return { ...config, credHelpers: helpers };
}
