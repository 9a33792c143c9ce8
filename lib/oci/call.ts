import type { Readable } from "node:stream";
import type { StreamBody } from "./exchange";
import type { Action } from "./registryErrors";

/** One request to the registry's API. */
export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** A path below the server, or an address that the registry gave. */
  readonly target: string | URL;
  readonly action: Action;
  readonly repository?: string;
  /** A second repository that is read by the same request (cross-repository mount). */
  readonly readsAlso?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream can be sent only once: its call is neither repeated nor sent again with a new login. */
  readonly body?: Uint8Array | StreamBody;
  /** Takes the body of an answer with status 200 as it comes. */
  readonly consume?: (stream: Readable) => Promise<void>;
  /** Bytes that are streamed, which take their time. Default: none. */
  readonly streamedBytes?: number;
  /** Bytes of the longest answer that is read. Default: 4 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch at which the call is given up. Default: `totalMs` from now. */
  readonly deadline?: number;
  /** Statuses that are answers; any other is an error. */
  readonly expected: readonly number[];
}

/** true: the body can be sent only once. */
export function isStream(body: Call["body"]): boolean {
  return body !== undefined && !(body instanceof Uint8Array);
}

const SCOPE_ACTIONS: Readonly<Record<Action, string>> = {
  login: "pull",
  pull: "pull",
  push: "pull,push",
  // distribution asks for `delete` to cancel an upload, as for every DELETE.
  cancel: "pull,push,delete",
  delete: "delete",
};

/** Scope of the token (distribution token specification, "scope"). */
export function scopeOf({ action, repository, readsAlso }: Call): string {
  if (repository === undefined) return "";
  const further = readsAlso === undefined ? "" : ` repository:${readsAlso}:pull`;
  return `repository:${repository}:${SCOPE_ACTIONS[action]}${further}`;
}
