import type { RegistrySettings } from "../settings/registrySettings";
import { isGcrHost, isHubHost, parseAcrHost, parseEcrHost, parseGarHost } from "./hosts";

export type RegistryKind = RegistrySettings["kind"];

/** A registry's server and what stands behind it, without a slash at the end. */
export interface RegistryReference {
  /** `host` or `host:port` as it was given; `docker.io` for Docker Hub's short names. */
  readonly server: string;
  /** The server in lower case, without `:443`, which is the port of every registry by default. */
  readonly host: string;
  /** `""`: nothing. */
  readonly path: string;
  /** Whether a scheme stood before it. No image reference has one. */
  readonly hasScheme: boolean;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const HTTPS_PORT = /:443$/;

/** Every kind that is known by its host; any other host is a private registry. */
const KINDS: readonly (readonly [RegistryKind, (host: string) => boolean])[] = [
  ["ecr", (host) => parseEcrHost(host) !== undefined],
  ["gar", (host) => parseGarHost(host) !== undefined || isGcrHost(host)],
  ["acr", (host) => parseAcrHost(host) !== undefined],
  ["ghcr", (host) => host === "ghcr.io"],
  ["dockerhub", isHubHost],
];

/**
 * Takes `localhost:5005/bot-core` or `https://ghcr.io/owner` apart. As for Docker, the first part is
 * a server only where it has a `.` or a `:` or is `localhost`; otherwise all of it is a path on
 * Docker Hub. Behind a scheme there is always a server.
 */
export function splitReference(reference: string): RegistryReference {
  const hasScheme = SCHEME.test(reference);
  const bare = reference.replace(SCHEME, "").replace(/\/+$/, "");
  const [first = "", ...rest] = bare.split("/");
  const isServer = hasScheme || /[.:]/.test(first) || first.toLowerCase() === "localhost";
  const [server, path] = isServer ? [first, rest.join("/")] : ["docker.io", bare];
  return { server, host: server.toLowerCase().replace(HTTPS_PORT, ""), path, hasScheme };
}

/**
 * The kind of registry behind a server or an image reference, by its host alone: `ghcr.io`,
 * `localhost:5005/x`, `https://index.docker.io/v1/`, `owner` (Docker Hub). A cloud's name at
 * another port than 443 is somebody's own server.
 */
export function detectKind(reference: string): RegistryKind {
  const { host } = splitReference(reference);
  return KINDS.find(([, isKind]) => isKind(host))?.[0] ?? "private";
}
