import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UserError, messageOf } from "../errors";
import { type Credentials, IDENTITY_TOKEN_USER } from "../oci/credentials";
import type { Run } from "../process/run";

const Auth = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const DockerConfig = z.object({
  auths: z.record(z.string(), Auth).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
const HelperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** Key of Docker Hub's login in docker's configuration, older than its present name. */
const HUB_KEY = "https://index.docker.io/v1/";
const HUB_SERVERS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);
const HELPER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
/** Docker's credential helper protocol: the words for "no login", with exit code 1. */
const NOT_FOUND = /credentials not found|no credentials|could not be found/i;
const HELPER_TIMEOUT_MS = 30_000;

/**
 * The login that `docker login` or a credential helper holds for a server, in docker's own order:
 * `credHelpers`, `credsStore`, `auths` of `$DOCKER_CONFIG/config.json` (default `~/.docker`).
 * @throws UserError `credentials-helper` for a file that does not parse or a helper that fails
 */
export async function dockerCredentials(
  server: string,
  env: Readonly<Record<string, string | undefined>>,
  run: Run,
): Promise<Credentials | undefined> {
  const folder = env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker");
  const file = join(folder, "config.json");
  const config = await readConfig(file);
  if (config === undefined) return undefined;
  const keys = keysOf(server);
  const helper =
    keys.map((key) => config.credHelpers?.[key]).find((name) => name !== undefined) ??
    config.credsStore;
  if (helper !== undefined && helper !== "") {
    const found = await askHelper(helper, keys[0] ?? server, env, run);
    if (found !== undefined) return found;
  }
  const auth = keys.map((key) => config.auths?.[key]).find((entry) => entry !== undefined);
  return auth === undefined ? undefined : fromAuth(auth, file);
}

/** Docker accepts entries with and without scheme and path. */
function keysOf(server: string): readonly string[] {
  if (HUB_SERVERS.has(server)) return [HUB_KEY, "docker.io", "index.docker.io"];
  return [server, `https://${server}`, `https://${server}/v2/`, `https://${server}/v1/`].flatMap(
    (key) => (key.includes("://") && !key.endsWith("/") ? [key, `${key}/`] : [key]),
  );
}

async function readConfig(file: string): Promise<z.infer<typeof DockerConfig> | undefined> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(file, messageOf(error));
  });
  if (text === undefined) return undefined;
  try {
    return DockerConfig.parse(JSON.parse(text));
  } catch {
    // The parser's own words could quote a password.
    throw fileError(file, "it is not the JSON that docker writes");
  }
}

function fromAuth(auth: z.infer<typeof Auth>, file: string): Credentials | undefined {
  const origin = `\`${file}\``;
  if (auth.identitytoken !== undefined && auth.identitytoken !== "") {
    return { username: IDENTITY_TOKEN_USER, password: auth.identitytoken, origin };
  }
  const pair = Buffer.from(auth.auth ?? "", "base64").toString("utf8");
  const colon = pair.indexOf(":");
  const username = colon > 0 ? pair.slice(0, colon) : (auth.username ?? "");
  // Docker pads the password with NULs in some versions (docker/cli, DecodeAuth).
  const password = colon > 0 ? pair.slice(colon + 1).replace(/\0+$/, "") : (auth.password ?? "");
  return username === "" ? undefined : { username, password, origin };
}

async function askHelper(
  helper: string,
  key: string,
  env: Readonly<Record<string, string | undefined>>,
  run: Run,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  if (!HELPER_NAME.test(helper)) throw helperError(program, key, "its name is not allowed");
  const options = { input: key, env, timeoutMs: HELPER_TIMEOUT_MS };
  const result = await run(program, ["get"], options);
  if (result.code !== 0) {
    const words = `${result.stdout} ${result.stderr}`.trim();
    if (NOT_FOUND.test(words)) return undefined;
    throw helperError(program, key, `exit code ${result.code}: ${words.slice(0, 300)}`);
  }
  try {
    const answer = HelperAnswer.parse(JSON.parse(result.stdout));
    return { username: answer.Username, password: answer.Secret, origin: `\`${program}\`` };
  } catch {
    // Its output holds the secret, so it is not quoted.
    throw helperError(program, key, "its answer is not the JSON of a credential helper");
  }
}

function helperError(program: string, key: string, why: string): UserError {
  return new UserError(
    `\`${program}\` gave no login for \`${key}\`: ${why}; mend the helper, or name another credential source`,
    "credentials-helper",
  );
}

function fileError(file: string, why: string): UserError {
  return new UserError(
    `docker's configuration \`${file}\` cannot be used: ${why}; mend it, or log in again with \`docker login\``,
    "credentials-helper",
  );
}
