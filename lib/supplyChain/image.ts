import type { Credentials } from "../oci";
import type { Run } from "../process/run";
import type { RegistryEndpoint } from "../resources/registry";

/** An image as the supply chain's tools reach it: by digest, with a login that lives for one call. */
export interface ImageAccess {
  readonly endpoint: RegistryEndpoint;
  /** undefined: no login. */
  readonly credentials: Credentials | undefined;
  /** Repository path without the server. */
  readonly repository: string;
  /** `sha256:…` of a manifest or an index. */
  readonly digest: string;
}

/** What every call of a tool takes. */
export interface ToolOptions {
  /** Aborting ends the tool. */
  readonly signal?: AbortSignal;
  /** Told in a few words what the tool is doing. Default: nobody. */
  readonly report?: (line: string) => void;
  /** Runs programs; tests pass a fake. Default: lib/process. */
  readonly run?: Run;
}

/** `server/path@sha256:…` */
export function imageName({ endpoint, repository, digest }: ImageAccess): string {
  return `${endpoint.server}/${repository}@${digest}`;
}
