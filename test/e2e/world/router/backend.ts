import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import { pipeline } from "node:stream/promises";
import { type Exchange, sendRegistryError } from "./exchange";

/** Where the registry that stands behind all kinds listens on loopback. */
export const BACKEND_PORT = 5000;

/** Manifests as a registry is asked for them. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * The real registry behind the kinds, each of which has a part of it for itself: the kind's name
 * stands before every repository.
 */
export class Backend {
  public constructor(private readonly prefix: string) {}

  /** Hands a request on as it is, and its answer back. */
  public async forward(exchange: Exchange): Promise<void> {
    const { request, response, method, url } = exchange;
    const target = new URL(url);
    target.pathname = this.inside(url.pathname);
    const from = target.searchParams.get("from");
    if (from !== null) target.searchParams.set("from", `${this.prefix}/${from}`);
    const headers = { ...request.headers };
    // The registry behind is another host, and knows nobody.
    delete headers.host;
    delete headers.authorization;
    const answer = await send(method, target.pathname + target.search, headers, request);
    const status = answer.statusCode ?? 502;
    response.writeHead(status, this.outside(answer.headers));
    await pipeline(answer, response);
  }

  /** The digest that a tag stands for. */
  public async digestOf(repository: string, reference: string): Promise<string | undefined> {
    const path = this.inside(`/v2/${repository}/manifests/${reference}`);
    const answer = await send("HEAD", path, { accept: MANIFESTS });
    answer.resume();
    const digest = answer.headers["docker-content-digest"];
    return answer.statusCode === 200 && typeof digest === "string" ? digest : undefined;
  }

  public async tags(repository: string): Promise<readonly string[]> {
    const answer = await send("GET", this.inside(`/v2/${repository}/tags/list`), {});
    let text = "";
    for await (const chunk of answer.setEncoding("utf8")) text += String(chunk);
    if (answer.statusCode !== 200) return [];
    // The distribution specification's answer.
    return (JSON.parse(text) as { tags: readonly string[] | null }).tags ?? [];
  }

  /** Removes a manifest with all its tags. */
  public async remove(repository: string, digest: string): Promise<void> {
    const path = this.inside(`/v2/${repository}/manifests/${digest}`);
    (await send("DELETE", path, {})).resume();
  }

  /** Removes every manifest of the repositories that are meant. */
  public async empty(isMeant: (repository: string) => boolean): Promise<void> {
    for (const repository of (await this.repositories()).filter(isMeant)) {
      for (const tag of await this.tags(repository)) {
        const digest = await this.digestOf(repository, tag);
        if (digest !== undefined) await this.remove(repository, digest);
      }
    }
  }

  /** Every repository that was pushed to. */
  public async repositories(): Promise<readonly string[]> {
    const answer = await send("GET", "/v2/_catalog?n=1000", {});
    let text = "";
    for await (const chunk of answer.setEncoding("utf8")) text += String(chunk);
    // The distribution specification's answer.
    const { repositories } = JSON.parse(text) as { repositories: readonly string[] };
    const start = `${this.prefix}/`;
    return repositories
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length));
  }

  private inside(path: string): string {
    // `/v2/` itself is asked for the version alone.
    return path.replace(/^\/v2\/(?=.)/, `/v2/${this.prefix}/`);
  }

  /** The registry's own addresses are relative and name its own path. */
  private outside(headers: IncomingHttpHeaders): IncomingHttpHeaders {
    const strip = (text: string): string => text.replace(`/v2/${this.prefix}/`, "/v2/");
    const { location, link } = headers;
    return {
      ...headers,
      ...(location === undefined ? {} : { location: strip(location) }),
      ...(typeof link === "string" ? { link: strip(link) } : {}),
    };
  }
}

function send(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body?: NodeJS.ReadableStream,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: "127.0.0.1", port: BACKEND_PORT, method, path, headers },
      resolve,
    );
    sent.on("error", reject);
    if (body === undefined) sent.end();
    else body.pipe(sent);
  });
}

/** What every kind answers for paths that it does not know. */
export function notFound(exchange: Exchange): void {
  sendRegistryError(exchange, 404, "NOT_FOUND", "page not found");
}
