import type { Exchange } from "./exchange";

export type Action = "pull" | "push" | "delete";

/** A request of the distribution specification at one repository. */
export interface RegistryRequest {
  readonly repository: string;
  readonly part: "blobs" | "uploads" | "manifests" | "tags" | "referrers";
  /** Tag or digest. Empty for lists and uploads. */
  readonly reference: string;
  readonly action: Action;
  /** Repository that a blob is mounted from. */
  readonly mountFrom?: string;
}

const PATH = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/;

/** undefined: no request at a repository. */
export function registryRequest({ method, url }: Exchange): RegistryRequest | undefined {
  const [, repository, part, reference = ""] = PATH.exec(url.pathname) ?? [];
  if (repository === undefined || part === undefined) return undefined;
  const mountFrom = url.searchParams.get("from") ?? undefined;
  return {
    repository,
    // The pattern allows no other.
    part: (part === "blobs/uploads" ? "uploads" : part) as RegistryRequest["part"],
    reference,
    action: actionOf(method, part),
    ...(mountFrom === undefined ? {} : { mountFrom }),
  };
}

function actionOf(method: string, part: string): Action {
  if (part === "blobs/uploads") return "push";
  if (method === "GET" || method === "HEAD") return "pull";
  return method === "DELETE" ? "delete" : "push";
}
