import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { rootCertificates } from "node:tls";
import type { Credentials } from "../../oci";
import type { ImageAccess } from "../image";

/** What a tool needs to reach a registry with a login that ends with it. */
export interface ToolEnvironment {
  /** For `run`'s `env`. It carries the login: to be handed to the tool alone, never printed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * File with the registry's private authority and Node's own, for tools that take it as a flag and
   * trust no other then: the token server may have a public one.
   */
  readonly caFile?: string;
  /** For files that the call needs; removed after it. */
  readonly folder: string;
}

/** Reads as the credential helper of every client that shares docker's configuration. */
const HELPER = "botcore";
const LOGIN = "BOTCORE_REGISTRY_LOGIN";
/** `printf` is the shell's own: the login stands in no process's arguments. */
const HELPER_TEXT = `#!/bin/sh
[ "$1" = get ] || exit 1
printf '%s' "$${LOGIN}"
`;
const OWNER_EXECUTES = 0o700;

/** Names under which docker's own clients file Docker Hub's login. */
const DOCKER_HUB = [
  "https://index.docker.io/v1/",
  "index.docker.io",
  "docker.io",
  "registry-1.docker.io",
];

/** Where Go looks for authorities; naming further places replaces these. */
const SYSTEM_CERTIFICATES = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/** Logins that the user may have set for other uses of a tool; ours is the one that counts. */
const OTHER_LOGINS = [
  "DOCKER_AUTH_CONFIG",
  "REGISTRY_AUTH_FILE",
  ...["SYFT", "GRYPE"].flatMap((tool) =>
    ["AUTHORITY", "USERNAME", "PASSWORD", "TOKEN", "TLS_CERT", "TLS_KEY"].map(
      (part) => `${tool}_REGISTRY_AUTH_${part}`,
    ),
  ),
  ...["TRIVY_USERNAME", "TRIVY_PASSWORD", "TRIVY_REGISTRY_TOKEN"],
];

/**
 * Runs `work` with an environment in which trivy, grype, syft and cosign log in to the registry by
 * docker's configuration. That configuration names a helper, and the helper prints a variable of
 * the tool's environment: no password is on disk, whatever ends this process, nor in arguments.
 * HOME stays as it is, and with it the tools' caches.
 */
export async function withRegistryLogin<T>(
  access: Pick<ImageAccess, "endpoint" | "credentials">,
  work: (environment: ToolEnvironment) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "bot-core-login-"));
  try {
    const login = writeLogin(directory, access);
    const authority = writeAuthority(directory, access.endpoint.caCert);
    const others = Object.fromEntries(OTHER_LOGINS.map((name) => [name, undefined]));
    const env = { ...others, ...login, ...authority.env, ...plainHttp(access.endpoint.insecure) };
    return await work({ ...authority, env, folder: directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function writeLogin(
  directory: string,
  { endpoint, credentials }: Pick<ImageAccess, "endpoint" | "credentials">,
): Record<string, string> {
  const hub = DOCKER_HUB.includes(endpoint.server);
  const servers = hub ? DOCKER_HUB : [endpoint.server];
  const config = hasLogin(credentials)
    ? { credHelpers: Object.fromEntries(servers.map((server) => [server, HELPER])) }
    : {};
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
  if (!hasLogin(credentials)) return { DOCKER_CONFIG: directory };
  const helper = join(directory, `docker-credential-${HELPER}`);
  writeFileSync(helper, HELPER_TEXT);
  chmodSync(helper, OWNER_EXECUTES);
  const { username, password } = credentials;
  return {
    DOCKER_CONFIG: directory,
    PATH: [directory, process.env["PATH"] ?? ""].join(delimiter),
    [LOGIN]: JSON.stringify({ ServerURL: endpoint.server, Username: username, Secret: password }),
  };
}

/** A login may also be one of further secrets alone, which stand for no user. */
function hasLogin(credentials: Credentials | undefined): credentials is Credentials {
  return credentials !== undefined && credentials.password !== "";
}

function writeAuthority(
  directory: string,
  caCert: string | undefined,
): { env: Record<string, string>; caFile?: string } {
  if (caCert === undefined) return { env: {} };
  const caFile = join(directory, "authority.pem");
  writeFileSync(caFile, [caCert, ...rootCertificates].join("\n"));
  const given = process.env["SSL_CERT_DIR"]?.split(delimiter) ?? SYSTEM_CERTIFICATES;
  return {
    caFile,
    env: {
      SYFT_REGISTRY_CA_CERT: caFile,
      GRYPE_REGISTRY_CA_CERT: caFile,
      TRIVY_CACERT: caFile,
      // Versions of trivy without that variable, and token servers of the same authority.
      SSL_CERT_DIR: [directory, ...given].join(delimiter),
    },
  };
}

/**
 * Allowed for this machine's registries alone. Trivy has no variable of its own here: it knows
 * `localhost` by itself, and its switch would also leave its database's source unchecked.
 */
function plainHttp(insecure: boolean): Record<string, string> {
  if (!insecure) return {};
  return { SYFT_REGISTRY_INSECURE_USE_HTTP: "true", GRYPE_REGISTRY_INSECURE_USE_HTTP: "true" };
}
