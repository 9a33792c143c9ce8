/** A parsed, fully qualified image name. */
export interface ImageName {
  /** `host[:port]`, as written. */
  readonly server: string;
  /** `host[:port]/path`, without tag. */
  readonly repository: string;
  /** `latest` where the name has none. */
  readonly tag: string;
}

const SERVER =
  /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|\[[0-9a-fA-F:]+\])(?::\d+)?$|^[a-zA-Z0-9-]+:\d+$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;

/**
 * Parses `host[:port]/path[:tag]`; undefined for anything else, also for a name without a host
 * (the grammar of github.com/distribution/reference).
 */
export function parseImageName(name: string): ImageName | undefined {
  const slash = name.indexOf("/");
  if (slash < 0) return undefined;
  const server = name.slice(0, slash);
  const [path = "", tag = "latest", ...rest] = name.slice(slash + 1).split(":");
  if (rest.length > 0 || !SERVER.test(server) || !PATH.test(path) || !TAG.test(tag)) {
    return undefined;
  }
  return { server, repository: `${server}/${path}`, tag };
}

/** An image that cached steps are taken from: by tag, or by digest. */
export interface CacheName {
  /** `host[:port]/path` */
  readonly repository: string;
  /** The tag, or `sha256:…`. */
  readonly reference: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Parses `host[:port]/path[:tag]` or `host[:port]/path[:tag]@sha256:…`; undefined for anything else. */
export function parseCacheName(name: string): CacheName | undefined {
  const [tagged = "", digest, ...rest] = name.split("@");
  const parsed = parseImageName(tagged);
  if (parsed === undefined || rest.length > 0) return undefined;
  if (digest === undefined) return { repository: parsed.repository, reference: parsed.tag };
  return DIGEST.test(digest) ? { repository: parsed.repository, reference: digest } : undefined;
}
