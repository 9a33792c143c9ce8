import type { Call, RegistryConnection } from "./connection";
import { digestOf, isDigest } from "./digest";
import { MANIFEST_ACCEPT, isManifestType } from "./mediaTypes";
import { assertReference, assertRepository } from "./names";
import { parseJson } from "./registryErrors";
import type { HttpResponse } from "./transport";

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

/** What a registry says of a manifest that it has stored. */
export interface StoredManifest {
  readonly digest: string;
  /** Its header OCI-Subject: the registry keeps the list of referrers itself. Absent: it does not. */
  readonly subject?: string;
}

/** Manifests of distribution-spec 1.1. A missing one is an answer. */
export class ManifestCalls {
  public constructor(private readonly connection: RegistryConnection) {}

  public async head(repository: string, reference: string): Promise<ManifestHead | undefined> {
    const call = manifestCall("HEAD", "pull", repository, reference, [200, 404]);
    const response = await this.connection.request(call);
    if (response.status === 404) return undefined;
    const digest = contentDigest(response);
    const size = Number(response.headers["content-length"]);
    const mediaType = contentType(response);
    // The headers are optional in the specification: without them the manifest itself tells.
    if (digest === undefined || !Number.isSafeInteger(size) || !isManifestType(mediaType)) {
      return this.get(repository, reference);
    }
    if (isDigest(reference) && digest !== reference) {
      throw this.connection.answerError(call, `asked for ${reference}, it answers ${digest}`);
    }
    return { digest, mediaType, size };
  }

  public async get(repository: string, reference: string): Promise<Manifest | undefined> {
    const call = manifestCall("GET", "pull", repository, reference, [200, 404]);
    const response = await this.connection.request(call);
    if (response.status === 404) return undefined;
    const bytes = response.body;
    const digest = digestOf(bytes);
    for (const claimed of [isDigest(reference) ? reference : undefined, contentDigest(response)]) {
      if (claimed !== undefined && claimed !== digest) {
        throw this.connection.answerError(call, `its content has ${digest}, not ${claimed}`);
      }
    }
    return { digest, mediaType: this.typeOf(call, response), size: bytes.length, bytes };
  }

  public async put(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
  ): Promise<StoredManifest> {
    const digest = digestOf(bytes);
    const call: Call = {
      ...manifestCall("PUT", "push", repository, reference, [200, 201, 202]),
      headers: { "content-type": mediaType },
      body: bytes,
    };
    const response = await this.connection.request(call);
    const stored = contentDigest(response) ?? digest;
    if (stored !== digest) {
      throw this.connection.answerError(call, `it stored ${stored} for ${digest}`);
    }
    const subject = response.headers["oci-subject"];
    return typeof subject === "string" && isDigest(subject) ? { digest, subject } : { digest };
  }

  /** @returns false: there was none */
  public async delete(repository: string, reference: string): Promise<boolean> {
    const expected = [200, 202, 204, 404];
    const call = manifestCall("DELETE", "delete", repository, reference, expected);
    return (await this.connection.request(call)).status !== 404;
  }

  /**
   * A manifest that says another type than its header could be read as two things (CVE-2021-41190).
   * A header that names no type of manifest counts for nothing.
   */
  private typeOf(call: Call, response: HttpResponse): string {
    const header = contentType(response);
    const own = ownType(response.body);
    if (!isManifestType(header)) return own ?? header;
    if (own === undefined || own === header) return header;
    throw this.connection.answerError(call, `its type is ${header}, and its content says ${own}`);
  }
}

function manifestCall(
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

const MAX_TYPE = 200;
/** RFC 6838, 4.2, without room for a header of our own to be injected. */
const MEDIA_TYPE = /^[a-zA-Z0-9][\w.+!#$&^-]*\/[a-zA-Z0-9][\w.+!#$&^-]*$/;

function contentDigest(response: HttpResponse): string | undefined {
  const header = response.headers["docker-content-digest"];
  return typeof header === "string" && isDigest(header) ? header : undefined;
}

function contentType(response: HttpResponse): string {
  return legalType(response.headers["content-type"]?.split(";")[0]?.trim()) ?? "";
}

function ownType(bytes: Buffer): string | undefined {
  const body = parseJson(bytes.toString("utf8"));
  if (typeof body !== "object" || body === null || !("mediaType" in body)) return undefined;
  return legalType(body.mediaType);
}

function legalType(text: unknown): string | undefined {
  const legal = typeof text === "string" && text.length <= MAX_TYPE && MEDIA_TYPE.test(text);
  return legal ? text : undefined;
}
