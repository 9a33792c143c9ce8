import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { OCI_INDEX, digestOf } from "../../../../lib/oci";
import type { RegistryEndpoint } from "../../../../lib/resources/registry";

export interface FakeUser {
  readonly password: string;
  readonly rights: readonly string[];
}

export interface FakeOptions {
  /** none: everything is allowed. */
  readonly auth?: "none" | "basic" | "bearer";
  readonly users?: Readonly<Record<string, FakeUser>>;
  /** Tags on one page of the list. */
  readonly pageSize?: number;
  /** Keeps the list of referrers itself. Default: false, as registries of OCI 1.0. */
  readonly referrers?: boolean;
  /** Knows blobs by repository and mounts them. Default: false: a blob is in every repository. */
  readonly mounts?: boolean;
  /** Bytes of the longest request body; a longer one is answered 413. Default: any. */
  readonly maxBody?: number;
  /** Answers before the registry does; true: it has answered. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

interface Stored {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** A distribution-spec registry in memory, on a loopback port, which notes each request. */
export class FakeRegistry {
  public readonly requests: { method: string; url: string; authorization?: string }[] = [];
  public readonly manifests = new Map<string, Stored>();
  public readonly blobs = new Map<string, Buffer>();
  /** Bytes so far of each upload that was started. */
  public readonly uploads = new Map<string, Buffer>();
  private readonly links = new Set<string>();
  private readonly server: Server;

  private constructor(public options: FakeOptions) {
    this.server = createServer((request, response) => {
      const { method = "", url = "", headers } = request;
      const { authorization } = headers;
      this.requests.push({
        method,
        url,
        ...(authorization === undefined ? {} : { authorization }),
      });
      if (this.options.intercept?.(request, response) === true) return;
      void this.answer(request, response);
    });
  }

  public static async start(options: FakeOptions = {}): Promise<FakeRegistry> {
    const fake = new FakeRegistry(options);
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  public get endpoint(): RegistryEndpoint {
    return { server: `127.0.0.1:${this.port}`, insecure: true };
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Requests since the last call of this function, as `METHOD url`. */
  public take(): string[] {
    return this.requests.splice(0).map(({ method, url }) => `${method} ${url}`);
  }

  /** Drops the manifests and tags whose keys `repository@reference` begin so. */
  public forget(...beginnings: readonly string[]): void {
    for (const key of this.manifests.keys()) {
      if (beginnings.some((beginning) => key.startsWith(beginning))) this.manifests.delete(key);
    }
  }

  /** Answers one request as a registry does. */
  public async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? "/", `http://${this.endpoint.server}`);
    if (url.pathname === "/token") {
      this.answerToken(request, response, url);
      return;
    }
    const refused = this.refuse(request, url);
    if (refused !== undefined) {
      const challenge =
        this.options.auth === "basic"
          ? 'Basic realm="fake"'
          : `Bearer realm="http://${this.endpoint.server}/token",service="fake"`;
      response.writeHead(refused, { "www-authenticate": challenge }).end();
      return;
    }
    this.serve(request.method ?? "", url, Buffer.concat(chunks), request, response);
  }

  private answerToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const user = this.userOf(request);
    if (user === undefined) {
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED" }] }));
      return;
    }
    const granted = url.searchParams.getAll("scope").map((scope) => {
      const [type, name, actions = ""] = scope.split(":");
      const rights = actions.split(",").filter((action) => user.rights.includes(action));
      return `${type ?? ""}:${name ?? ""}:${rights.join(",")}`;
    });
    const token = Buffer.from(granted.join(" ")).toString("base64url");
    response.end(JSON.stringify({ token: `t.${token}`, expires_in: 300 }));
  }

  private refuse(request: IncomingMessage, url: URL): number | undefined {
    const { auth = "none" } = this.options;
    const authorization = request.headers.authorization ?? "";
    if (auth === "none") return undefined;
    const reading = request.method === "GET" || request.method === "HEAD";
    // As in distribution, every DELETE needs the right to delete, an upload's too.
    const needed = reading ? "pull" : request.method === "DELETE" ? "delete" : "push";
    if (auth === "basic") {
      const user = this.userOf(request);
      if (user === undefined) return 401;
      return user.rights.includes(needed) ? undefined : 403;
    }
    if (!authorization.startsWith("Bearer t.")) return 401;
    if (url.pathname === "/v2/") return undefined;
    const granted = Buffer.from(authorization.slice("Bearer t.".length), "base64url").toString();
    const name = /^\/v2\/(.+)\/(manifests|referrers|blobs|tags)\//.exec(url.pathname)?.[1] ?? "";
    const scope = granted.split(" ").find((part) => part.startsWith(`repository:${name}:`)) ?? "";
    return (scope.split(":")[2] ?? "").split(",").includes(needed) ? undefined : 401;
  }

  private userOf(request: IncomingMessage): FakeUser | undefined {
    const encoded = request.headers.authorization?.replace(/^Basic /, "") ?? "";
    const [name = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
    const user = this.options.users?.[name];
    return user?.password === rest.join(":") ? user : undefined;
  }

  private serve(
    method: string,
    url: URL,
    body: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const [, name = "", kind = "", last = ""] =
      /^\/v2\/(.+)\/(manifests|referrers|blobs\/uploads|blobs|tags)\/([^/]*)$/.exec(url.pathname) ??
      [];
    const key = `${name}@${last}`;
    if (body.length > (this.options.maxBody ?? Infinity)) response.writeHead(413).end();
    else if (url.pathname === "/v2/") response.writeHead(200).end("{}");
    else if (kind === "tags") this.serveTags(name, url, response);
    else if (kind === "blobs/uploads") this.serveUpload(method, name, url, body, request, response);
    else if (kind === "blobs") this.serveBytes(method, this.blobIn(name, last), last, response);
    else if (kind === "referrers") this.serveReferrers(name, last, response);
    else if (kind === "manifests" && method === "PUT") {
      const mediaType = request.headers["content-type"] ?? "";
      const digest = digestOf(body);
      this.manifests.set(key, { bytes: body, mediaType });
      this.manifests.set(`${name}@${digest}`, { bytes: body, mediaType });
      const subject = this.options.referrers === true ? subjectOf(body) : undefined;
      const kept = subject === undefined ? {} : { "oci-subject": subject };
      response.writeHead(201, { "docker-content-digest": digest, ...kept }).end();
    } else if (kind === "manifests" && method === "DELETE") {
      response.writeHead(this.manifests.delete(key) ? 202 : 404).end();
    } else if (kind === "manifests") {
      const stored = this.manifests.get(key);
      const digest = stored === undefined ? "" : digestOf(stored.bytes);
      this.serveBytes(method, stored?.bytes, digest, response, stored?.mediaType);
    } else response.writeHead(404).end("not found");
  }

  private serveBytes(
    method: string,
    bytes: Buffer | undefined,
    digest: string,
    response: ServerResponse,
    mediaType = "application/octet-stream",
  ): void {
    if (bytes === undefined) {
      const errors = [{ code: "MANIFEST_UNKNOWN", message: "unknown" }];
      response.writeHead(404).end(method === "HEAD" ? undefined : JSON.stringify({ errors }));
      return;
    }
    const headers = {
      "content-type": mediaType,
      "content-length": bytes.length,
      "docker-content-digest": digest,
    };
    response.writeHead(200, headers).end(method === "HEAD" ? undefined : bytes);
  }

  private serveTags(name: string, url: URL, response: ServerResponse): void {
    const tags = [...this.manifests.keys()]
      .filter((key) => key.startsWith(`${name}@`) && !key.includes("@sha256:"))
      .map((key) => key.slice(name.length + 1))
      .sort();
    const size = this.options.pageSize ?? 1000;
    const start = tags.findIndex((tag) => tag > (url.searchParams.get("last") ?? ""));
    const page = start === -1 ? [] : tags.slice(start, start + size);
    const last = page.at(-1) ?? "";
    if (tags.indexOf(last) < tags.length - 1) {
      response.setHeader("link", `</v2/${name}/tags/list?n=${size}&last=${last}>; rel="next"`);
    }
    response.end(JSON.stringify({ name, tags: page }));
  }

  private serveUpload(
    method: string,
    name: string,
    url: URL,
    body: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const path = `/v2/${name}/blobs/uploads/`;
    if (method === "POST") {
      const [mount, from] = [url.searchParams.get("mount"), url.searchParams.get("from")];
      if (this.options.mounts === true && this.blobIn(from ?? "", mount ?? "") !== undefined) {
        this.links.add(`${name}@${mount ?? ""}`);
        response.writeHead(201).end();
        return;
      }
      const id = randomUUID();
      this.uploads.set(id, Buffer.alloc(0));
      response.writeHead(202, { location: `${path}${id}?state=x` }).end();
      return;
    }
    const id = url.pathname.slice(path.length);
    const sofar = this.uploads.get(id);
    const range = request.headers["content-range"];
    if (sofar === undefined || method === "DELETE") {
      response.writeHead(this.uploads.delete(id) ? 204 : 404).end();
    } else if (range !== undefined && Number(range.split("-")[0]) !== sofar.length) {
      response.writeHead(416).end();
    } else if (method === "PATCH") {
      this.uploads.set(id, Buffer.concat([sofar, body]));
      response.writeHead(202, { location: `${path}${id}?state=y` }).end();
    } else {
      this.uploads.delete(id);
      this.finishUpload(
        name,
        url.searchParams.get("digest"),
        Buffer.concat([sofar, body]),
        response,
      );
    }
  }

  private finishUpload(
    name: string,
    claimed: string | null,
    content: Buffer,
    response: ServerResponse,
  ): void {
    const digest = digestOf(content);
    if (claimed === digest) {
      this.blobs.set(digest, content);
      this.links.add(`${name}@${digest}`);
    }
    response.writeHead(claimed === digest ? 201 : 400).end();
  }

  private blobIn(name: string, digest: string): Buffer | undefined {
    const linked = this.options.mounts !== true || this.links.has(`${name}@${digest}`);
    return linked ? this.blobs.get(digest) : undefined;
  }

  private serveReferrers(name: string, subject: string, response: ServerResponse): void {
    if (this.options.referrers !== true) {
      response.writeHead(404).end("404 page not found");
      return;
    }
    const manifests = [...this.manifests]
      .filter(([key]) => key.startsWith(`${name}@sha256:`))
      .filter(([, { bytes }]) => subjectOf(bytes) === subject)
      .map(([key, { bytes, mediaType }]) => {
        const body = JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>;
        const { artifactType, annotations } = body;
        const digest = key.slice(name.length + 1);
        return { mediaType, digest, size: bytes.length, artifactType, annotations };
      });
    const headers = { "content-type": OCI_INDEX };
    response.writeHead(200, headers).end(JSON.stringify({ schemaVersion: 2, manifests }));
  }
}

function subjectOf(manifest: Buffer): string | undefined {
  const { subject } = JSON.parse(manifest.toString()) as { subject?: { digest: string } };
  return subject?.digest;
}
