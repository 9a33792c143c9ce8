import type { Readable } from "node:stream";
import { UserError } from "../errors";
import type { RegistryEndpoint } from "../resources/registry";
import { BlobCalls } from "./blobCalls";
import { type BlobSource, BlobUploads } from "./blobUploads";
import { RegistryConnection, type RegistryOptions } from "./connection";
import type { Credentials } from "./credentials";
import { digestOf } from "./digest";
import { type Manifest, ManifestCalls, type ManifestHead } from "./manifestCalls";
import { assertRepository } from "./names";
import { type Referrer, ReferrerCalls } from "./referrers";
import { listTags } from "./tagList";
import { Uploads } from "./uploads";
import type { BlobDescriptor } from "./verifiedStream";

export type { Manifest, ManifestHead } from "./manifestCalls";

/**
 * Client of one registry with one login, after distribution-spec 1.1.
 * A missing manifest, tag or repository is an answer; any other failure is a UserError:
 * `registry-unreachable`, `registry-tls`, `registry-unauthorized` (wrong login), `registry-denied`
 * (right login, missing right), `registry-answer`, `registry-name`.
 */
export class RegistryClient {
  private readonly connection: RegistryConnection;
  private readonly manifests: ManifestCalls;
  private readonly referrers: ReferrerCalls;
  private readonly blobs: BlobCalls;
  private readonly sessions: Uploads;
  private readonly uploads: BlobUploads;

  /** @throws UserError `registry-endpoint` for an illegal server, or plain HTTP beyond loopback */
  public constructor(
    endpoint: RegistryEndpoint,
    credentials?: Credentials,
    options: RegistryOptions = {},
  ) {
    this.connection = new RegistryConnection(endpoint, credentials, options);
    this.manifests = new ManifestCalls(this.connection);
    this.referrers = new ReferrerCalls(this.connection, this.manifests);
    this.blobs = new BlobCalls(this.connection);
    this.sessions = new Uploads(this.connection);
    this.uploads = new BlobUploads(this.connection, this.sessions);
  }

  /** `host[:port]` as it stands in image references. */
  public get server(): string {
    return this.connection.server;
  }

  /** Proves that the server is a registry and, where a login was given, that it is right. */
  public async ping(): Promise<void> {
    try {
      await this.connection.request({
        method: "GET",
        target: "/v2/",
        action: "login",
        expected: [200],
      });
    } catch (error) {
      const anonymous = this.connection.credentials === undefined;
      const asksForLogin = error instanceof UserError && REFUSALS.has(error.code);
      if (!(anonymous && asksForLogin)) throw error;
    }
  }

  /** Digest, type and size of a manifest by tag or digest, without reading it (no pull at Docker Hub). */
  public headManifest(repository: string, reference: string): Promise<ManifestHead | undefined> {
    return this.manifests.head(repository, reference);
  }

  /** A manifest by tag or digest, its bytes checked. */
  public getManifest(repository: string, reference: string): Promise<Manifest | undefined> {
    return this.manifests.get(repository, reference);
  }

  /**
   * Stores a manifest under a tag or under its digest.
   * @returns its digest
   */
  public async putManifest(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
  ): Promise<string> {
    return (await this.manifests.put(repository, reference, bytes, mediaType)).digest;
  }

  /** Removes a manifest or, where the registry can, a tag. @returns false: there was none */
  public deleteManifest(repository: string, reference: string): Promise<boolean> {
    return this.manifests.delete(repository, reference);
  }

  /** All tags of a repository, in the registry's order; none for an unknown repository. */
  public listTags(repository: string): Promise<string[]> {
    assertRepository(repository);
    return listTags(this.connection, repository);
  }

  /**
   * What refers to a manifest by its `subject`: signatures, SBOMs. By the registry's own list, or by the
   * tag `sha256-…` where it keeps none.
   * @param artifactType only those of this type, e.g. `application/spdx+json`. Default: all
   */
  public listReferrers(
    repository: string,
    digest: string,
    artifactType?: string,
  ): Promise<Referrer[]> {
    return this.referrers.list(repository, digest, artifactType);
  }

  /**
   * Stores a manifest with a `subject` under its digest, so that `listReferrers` of the subject finds it.
   * The subject itself may come later.
   * @returns its digest
   * @throws UserError `referrer-invalid` for a manifest without a subject
   */
  public attachReferrer(repository: string, bytes: Buffer, mediaType: string): Promise<string> {
    return this.referrers.attach(repository, bytes, mediaType);
  }

  /** true: the repository has this blob. Asked with the right to push. */
  public hasBlob(repository: string, digest: string): Promise<boolean> {
    return this.blobs.has(repository, digest);
  }

  /** A blob of up to 16 MiB, checked against its digest. */
  public getBlob(repository: string, digest: string): Promise<Buffer | undefined> {
    return this.blobs.get(repository, digest);
  }

  /**
   * Reads a blob of any size as it comes, at most its `size` bytes. The stream ends well only if its
   * content is that of the digest; its last piece is held back until then.
   * @param consume reads the stream; the connection is held until it is done
   * @returns false: the repository has no such blob, and `consume` was not called
   */
  public getBlobStream(
    repository: string,
    blob: BlobDescriptor,
    consume: (stream: Readable) => Promise<void>,
  ): Promise<boolean> {
    return this.blobs.stream(repository, blob, consume);
  }

  /** Uploads a blob unless the repository has it. @returns its digest */
  public async putBlob(repository: string, bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    if (!(await this.hasBlob(repository, digest))) await this.uploads.putBytes(repository, bytes);
    return digest;
  }

  /**
   * Uploads a blob of any size as it is read, whether the repository has it or not.
   * @param source opens the content; called again where an attempt breaks
   */
  public putBlobStream(
    repository: string,
    blob: BlobDescriptor,
    source: BlobSource,
  ): Promise<void> {
    return this.uploads.put(repository, blob, source);
  }

  /** Takes over a blob from another repository of the registry. @returns false: it has to be uploaded */
  public mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    return this.sessions.mount(repository, digest, from);
  }

  /** Proves the right to push by an upload that is started and cancelled. @throws UserError where it is refused */
  public proveUpload(repository: string): Promise<void> {
    return this.sessions.prove(repository);
  }

  /**
   * Proves the right to pull by asking for a manifest that nobody has; a repository that does not
   * exist yet counts as proof. The right to list tags is another one, which a login that only pulls
   * may lack (ECR's `ListImages`).
   * @throws UserError `registry-denied` for a missing right, `registry-unauthorized` for a wrong login
   */
  public async provePull(repository: string): Promise<void> {
    try {
      await this.manifests.head(repository, NO_DIGEST);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== "registry-denied") throw error;
      // The answer to a HEAD has no body: only this one says what is missing.
      await this.manifests.get(repository, NO_DIGEST);
    }
  }
}

/** Digest of nothing that exists. */
const NO_DIGEST = `sha256:${"0".repeat(64)}`;
const REFUSALS = new Set(["registry-unauthorized", "registry-denied"]);
