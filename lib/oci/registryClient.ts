import { UserError } from "../errors";
import type { RegistryEndpoint } from "../resources/registry";
import { type Call, RegistryConnection, type RegistryOptions } from "./connection";
import type { Credentials } from "./credentials";
import { digestOf, isDigest } from "./digest";
import { MANIFEST_ACCEPT } from "./mediaTypes";
import { assertReference, assertRepository } from "./names";
import { listTags } from "./tagList";
import type { HttpResponse } from "./transport";
import { Uploads } from "./uploads";

/** What a HEAD tells of a manifest. */
export interface ManifestHead {
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of the manifest itself. */
  readonly size: number;
}

/** A manifest whose bytes have been checked against its digest. */
export interface Manifest extends ManifestHead {
  readonly bytes: Buffer;
}

/** Image configurations are some kilobytes; layers are never read. */
const MAX_BLOB_BYTES = 16 * 1024 * 1024;

/**
 * Client of one registry with one login, after distribution-spec 1.1.
 * A missing manifest, tag or repository is an answer; any other failure is a UserError:
 * `registry-unreachable`, `registry-tls`, `registry-unauthorized` (wrong login), `registry-denied`
 * (right login, missing right), `registry-answer`, `registry-name`.
 */
export class RegistryClient {
  private readonly connection: RegistryConnection;
  private readonly uploads: Uploads;

  /** @throws UserError `registry-endpoint` for an illegal server, or plain HTTP beyond loopback */
  public constructor(
    endpoint: RegistryEndpoint,
    credentials?: Credentials,
    options: RegistryOptions = {},
  ) {
    this.connection = new RegistryConnection(endpoint, credentials, options);
    this.uploads = new Uploads(this.connection);
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
  public async headManifest(
    repository: string,
    reference: string,
  ): Promise<ManifestHead | undefined> {
    const call = this.manifestCall("HEAD", "pull", repository, reference, [200, 404]);
    const response = await this.connection.request(call);
    if (response.status === 404) return undefined;
    const digest = contentDigest(response);
    const size = Number(response.headers["content-length"]);
    // Both headers are optional in the specification: without them the manifest itself tells.
    if (digest === undefined || !Number.isSafeInteger(size)) {
      return this.getManifest(repository, reference);
    }
    if (isDigest(reference) && digest !== reference) {
      throw this.connection.answerError(call, `asked for ${reference}, it answers ${digest}`);
    }
    return { digest, mediaType: mediaTypeOf(response), size };
  }

  /** A manifest by tag or digest, its bytes checked. */
  public async getManifest(repository: string, reference: string): Promise<Manifest | undefined> {
    const call = this.manifestCall("GET", "pull", repository, reference, [200, 404]);
    const response = await this.connection.request(call);
    if (response.status === 404) return undefined;
    const digest = digestOf(response.body);
    const claimed = isDigest(reference) ? reference : contentDigest(response);
    if (claimed !== undefined && claimed !== digest) {
      throw this.connection.answerError(call, `its content has ${digest}, not ${claimed}`);
    }
    const mediaType = mediaTypeOf(response);
    return { digest, mediaType, size: response.body.length, bytes: response.body };
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
    const digest = digestOf(bytes);
    const call: Call = {
      ...this.manifestCall("PUT", "push", repository, reference, [200, 201, 202]),
      headers: { "content-type": mediaType },
      body: bytes,
    };
    const stored = contentDigest(await this.connection.request(call)) ?? digest;
    if (stored !== digest) {
      throw this.connection.answerError(call, `it stored ${stored} for ${digest}`);
    }
    return digest;
  }

  /** Removes a manifest or, where the registry can, a tag. @returns false: there was none */
  public async deleteManifest(repository: string, reference: string): Promise<boolean> {
    const expected = [200, 202, 204, 404];
    const call = this.manifestCall("DELETE", "delete", repository, reference, expected);
    return (await this.connection.request(call)).status !== 404;
  }

  /** All tags of a repository, in the registry's order; none for an unknown repository. */
  public listTags(repository: string): Promise<string[]> {
    assertRepository(repository);
    return listTags(this.connection, repository);
  }

  /** A blob of up to 16 MiB, checked against its digest. */
  public async getBlob(repository: string, digest: string): Promise<Buffer | undefined> {
    assertRepository(repository);
    assertReference(digest);
    const call: Call = {
      method: "GET",
      target: `/v2/${repository}/blobs/${digest}`,
      action: "pull",
      repository,
      maxBytes: MAX_BLOB_BYTES,
      expected: [200, 404],
    };
    const response = await this.connection.request(call);
    if (response.status === 404) return undefined;
    if (digestOf(response.body) === digest) return response.body;
    throw this.connection.answerError(call, `its content is not that of ${digest}`);
  }

  /** Uploads a blob unless the repository has it. @returns its digest */
  public putBlob(repository: string, bytes: Uint8Array): Promise<string> {
    return this.uploads.put(repository, bytes);
  }

  /** Takes over a blob from another repository of the registry. @returns false: it has to be uploaded */
  public mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    return this.uploads.mount(repository, digest, from);
  }

  /** Proves the right to push by an upload that is started and cancelled. @throws UserError where it is refused */
  public proveUpload(repository: string): Promise<void> {
    return this.uploads.prove(repository);
  }

  /**
   * Says whether this login may pull from the repository; one that does not exist yet counts as yes.
   * @throws UserError for anything but a missing right, a wrong login included
   */
  public async provePull(repository: string): Promise<boolean> {
    assertRepository(repository);
    const target = `/v2/${repository}/tags/list?n=1`;
    try {
      const expected = [200, 404];
      await this.connection.request({
        method: "GET",
        target,
        action: "pull",
        repository,
        expected,
      });
      return true;
    } catch (error) {
      if (error instanceof UserError && error.code === "registry-denied") return false;
      throw error;
    }
  }

  private manifestCall(
    method: Call["method"],
    action: Call["action"],
    repository: string,
    reference: string,
    expected: readonly number[],
  ): Call {
    assertRepository(repository);
    assertReference(reference);
    const target = `/v2/${repository}/manifests/${reference}`;
    return { method, target, action, repository, expected, headers: { accept: MANIFEST_ACCEPT } };
  }
}

const REFUSALS = new Set(["registry-unauthorized", "registry-denied"]);

function contentDigest(response: HttpResponse): string | undefined {
  const header = response.headers["docker-content-digest"];
  return typeof header === "string" && isDigest(header) ? header : undefined;
}

function mediaTypeOf(response: HttpResponse): string {
  return response.headers["content-type"]?.split(";")[0]?.trim() ?? "";
}
