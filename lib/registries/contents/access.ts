import type { Credentials } from "../../oci/credentials";
import type { RegistryClient } from "../../oci/registryClient";
import type { ManifestReader } from "./manifestReader";

/** What a kind of registry lists and deletes with. */
export interface ContentsAccess {
  readonly client: RegistryClient;
  /** Shared with whoever reads the manifests afterwards, so that none is asked for twice. */
  readonly reader: ManifestReader;
  /** The login that the client uses, for APIs beside the distribution specification. */
  readonly credentials: () => Promise<Credentials | undefined>;
  readonly signal?: AbortSignal;
}
