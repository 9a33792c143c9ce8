import { UserError } from "../errors";
import type { RegistryEndpoint } from "../resources/registry";

/** Docker Hub's name in image references is not the host of its API. */
const API_HOSTS: Readonly<Record<string, string>> = {
  "docker.io": "registry-1.docker.io",
  "index.docker.io": "registry-1.docker.io",
};
const SERVER = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?)(:\d{1,5})?$/;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** true: `server` (with or without a port) is this machine, where plain HTTP is allowed. */
export function isLoopback(server: string): boolean {
  return LOOPBACK.test(server.replace(/:\d+$/, ""));
}

/**
 * Address of the registry's API, e.g. `https://ghcr.io/`.
 * @throws UserError `registry-endpoint` for a server that is no `host[:port]`, or plain HTTP to
 *   another machine: the login would travel in clear
 */
export function apiAddress(endpoint: RegistryEndpoint): URL {
  const { server, insecure } = endpoint;
  if (!SERVER.test(server)) {
    throw new UserError(
      `registry server \`${server}\` is not allowed; give \`host\` or \`host:port\` without scheme and path, e.g. \`ghcr.io\` or \`localhost:5005\``,
      "registry-endpoint",
    );
  }
  if (insecure && !isLoopback(server)) {
    throw new UserError(
      `registry \`${server}\` is set to plain HTTP (\`insecure: true\`), which is allowed for loopback servers only; serve it over TLS and, for a private authority, give its certificate as \`caCert\``,
      "registry-endpoint",
    );
  }
  return new URL(`${insecure ? "http" : "https"}://${API_HOSTS[server] ?? server}/`);
}
