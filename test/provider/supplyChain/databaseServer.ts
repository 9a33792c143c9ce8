import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OCI_MANIFEST, digestOf } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import type { ScannerName } from "../../../lib/resources/supplyChain";

/** What a place of databases answers. */
interface Answer {
  readonly body: Buffer;
  readonly type?: string;
  /** true: the database itself. */
  readonly archive?: boolean;
}
/** The answers of one place, by the end of the address. */
type Place = Readonly<Record<string, Answer>>;

/** Serves one database as the scanner's own place does, and refuses as often as it is told. */
export class DatabaseServer {
  /** How often the archive was sent. */
  public downloads = 0;
  /** How many of the next requests are answered 429. */
  public refusals = 0;
  /** How many were. */
  public refused = 0;
  private readonly server: Server;

  private constructor(
    private readonly scanner: ScannerName,
    private readonly place: Place,
  ) {
    this.server = createServer(({ method, url = "" }, response) => {
      // grype asks for each file's size first.
      if (method === "HEAD" && scanner === "grype") response.end();
      else this.answer(method === "HEAD", url, response);
    });
  }

  /** @param folder what the archive is made of */
  public static async start(scanner: ScannerName, folder: string): Promise<DatabaseServer> {
    const place = PLACES[scanner](await pack(folder));
    const served = new DatabaseServer(scanner, place);
    await new Promise<void>((resolve) => served.server.listen(0, "127.0.0.1", resolve));
    return served;
  }

  /** By what the scanner finds it. */
  public get source(): string {
    const { port } = this.server.address() as AddressInfo;
    return this.scanner === "grype"
      ? `http://127.0.0.1:${port}/databases`
      : `127.0.0.1:${port}/trivy-db:2`;
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(headOnly: boolean, url: string, response: ServerResponse): void {
    if (this.refusals > 0) {
      this.refusals -= 1;
      this.refused += 1;
      response.writeHead(429).end("too many requests");
      return;
    }
    const [, answer] = Object.entries(this.place).find(([end]) => url.endsWith(end)) ?? [];
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { body, type = "application/octet-stream", archive } = answer;
    if (archive === true && !headOnly) this.downloads += 1;
    response.writeHead(200, { "content-type": type, "content-length": body.length });
    response.end(headOnly ? undefined : body);
  }
}

const ARCHIVE = "vulnerability-db_v6.1.10_test.tar.gz";

const PLACES: Readonly<Record<ScannerName, (archive: Buffer) => Place>> = {
  grype: (archive) => {
    const built = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const file = { path: ARCHIVE, checksum: digestOf(archive) };
    const latest = { status: "active", schemaVersion: "v6.1.10", built, ...file };
    return { "/latest.json": { body: json(latest) }, [ARCHIVE]: { body: archive, archive: true } };
  },
  trivy: (archive) => {
    const config = json({});
    const layer = blob("application/vnd.aquasec.trivy.db.layer.v1.tar+gzip", archive);
    const manifest = json({
      ...{ schemaVersion: 2, mediaType: OCI_MANIFEST },
      config: blob("application/vnd.aquasec.trivy.config.v1+json", config),
      layers: [{ ...layer, annotations: { "org.opencontainers.image.title": "db.tar.gz" } }],
    });
    return {
      "/v2/": { body: json({}) },
      "/manifests/2": { body: manifest, type: OCI_MANIFEST },
      [`/manifests/${digestOf(manifest)}`]: { body: manifest, type: OCI_MANIFEST },
      [`/blobs/${digestOf(config)}`]: { body: config },
      [`/blobs/${digestOf(archive)}`]: { body: archive, archive: true },
    };
  },
};

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function blob(
  mediaType: string,
  body: Buffer,
): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: digestOf(body), size: body.length };
}

async function pack(folder: string): Promise<Buffer> {
  const target = mkdtempSync(join(tmpdir(), "bot-core-db-archive-"));
  try {
    const archive = join(target, "db.tar.gz");
    await run("tar", ["-czf", archive, "-C", folder, ...readdirSync(folder)]);
    return readFileSync(archive);
  } finally {
    rmSync(target, { recursive: true });
  }
}
