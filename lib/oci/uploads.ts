import { UserError } from "../errors";
import type { Call, RegistryConnection } from "./connection";
import { assertReference, assertRepository } from "./names";
import type { HttpResponse } from "./transport";

/** An upload that was started. */
export interface UploadStart {
  readonly location: URL;
  /** Bytes of the smallest piece that the registry takes, but for the last. 0: any. */
  readonly leastPiece: number;
}

/** Starts of blob uploads of distribution-spec 1.1, "Pushing blobs". */
export class Uploads {
  public constructor(private readonly connection: RegistryConnection) {}

  /** Starts an upload and cancels it: the right to push is proven and nothing is left. */
  public async prove(repository: string): Promise<void> {
    const call = this.startCall(repository, "");
    const response = await this.start(call);
    await this.cancel(repository, this.connection.addressIn(call, response.headers.location));
  }

  /** Starts an upload for its content to follow. */
  public async begin(repository: string): Promise<UploadStart> {
    const call = this.startCall(repository, "");
    const { headers } = await this.start(call);
    const least = Number(headers["oci-chunk-min-length"]);
    return {
      location: this.connection.addressIn(call, headers.location),
      leastPiece: Number.isSafeInteger(least) ? least : 0,
    };
  }

  /** Mounts a blob from another repository; a registry that cannot starts an upload, which is cancelled. */
  public async mount(repository: string, digest: string, from: string): Promise<boolean> {
    assertRepository(from);
    assertReference(digest);
    const query = new URLSearchParams({ mount: digest, from });
    const start = this.startCall(repository, `?${query.toString()}`);
    const call: Call = { ...start, readsAlso: from, expected: [201, 202] };
    const response = await this.connection.request(call);
    if (response.status === 201) return true;
    await this.cancel(repository, this.connection.addressIn(call, response.headers.location));
    return false;
  }

  /** Starts an upload; says so where the repository is missing or the whole registry takes no writes. */
  private async start(call: Call): Promise<HttpResponse> {
    const response = await this.connection.request({ ...call, expected: [202, 404, 405] });
    if (response.status === 202) return response;
    const { server } = this.connection;
    if (response.status === 405) {
      throw new UserError(
        `registry \`${server}\` takes no uploads at all: it is read-only; end its maintenance, or push to another registry`,
        "registry-denied",
      );
    }
    throw this.connection.missingRepository(call, response);
  }

  private startCall(repository: string, query: string): Call {
    assertRepository(repository);
    return {
      method: "POST",
      target: `/v2/${repository}/blobs/uploads/${query}`,
      action: "push",
      repository,
      headers: { "content-length": "0" },
      expected: [202],
    };
  }

  /**
   * Nothing of an upload is visible, and one that was not cancelled expires, so that no failure of
   * this counts. ECR has no such call, GHCR answers 405 (radius-project/radius#12623), a login without
   * the right to delete is refused, and some registries fail (cloudflare/serverless-registry#86).
   */
  private async cancel(repository: string, target: URL): Promise<void> {
    const expected = [200, 202, 204, 400, 404, 405];
    try {
      const action = "cancel";
      await this.connection.request({ method: "DELETE", target, action, repository, expected });
    } catch (error) {
      if (!(error instanceof UserError) || error.code === "registry-aborted") throw error;
    }
  }
}
