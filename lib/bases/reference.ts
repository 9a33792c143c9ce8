import { splitReference } from "../registries/detect";
import { isTag } from "../oci/names";

/** An image reference as a Dockerfile has it. */
export interface BaseReference {
  /** `docker.io` where none is named. */
  readonly server: string;
  /** Path without the server, e.g. `library/rust`. */
  readonly repository: string;
  /** Absent where none is named. */
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const REFERENCE = /^([^@]+?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]{64}))?$/;
// distribution-spec 1.1, "Pulling manifests"; Docker takes a server in any case.
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Takes `rust:1.85`, `ghcr.io/owner/image:1@sha256:…` apart, as Docker does; undefined for what is none. */
export function parseReference(text: string): BaseReference | undefined {
  const [, name = "", tag, digest] = REFERENCE.exec(text) ?? [];
  const { server, path } = name.includes("/")
    ? splitReference(name)
    : { server: "docker.io", path: name };
  if (!PATH.test(path) || (tag !== undefined && !isTag(tag))) return undefined;
  // Docker Hub's own images are written without their namespace.
  const repository = server === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return {
    server,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
