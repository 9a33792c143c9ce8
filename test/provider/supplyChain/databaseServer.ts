import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { run } from "../../../lib/process/run";

const ARCHIVE = "vulnerability-db_v6.1.10_test.tar.gz";

/** Serves one database as grype's own place does: a listing, and an archive with its checksum. */
export class DatabaseServer {
  /** Requests for the listing. */
  public listings = 0;
  /** Requests for the archive. */
  public downloads = 0;
  /** How many of the next requests are answered 429. */
  public refusals = 0;
  private readonly server: Server;

  private constructor(private readonly archive: Buffer) {
    this.server = createServer(({ method, url = "" }, response) => {
      // Each is asked for its size first.
      if (method === "HEAD") response.end();
      else this.answer(url, response);
    });
  }

  /** @param file the database */
  public static async start(file: string): Promise<DatabaseServer> {
    const served = new DatabaseServer(await pack(file));
    await new Promise<void>((resolve) => served.server.listen(0, "127.0.0.1", resolve));
    return served;
  }

  /** For GRYPE_DB_UPDATE_URL. */
  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/databases`;
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(url: string, response: ServerResponse): void {
    const listing = url.endsWith("/latest.json");
    if (listing) this.listings += 1;
    else this.downloads += 1;
    if (this.refusals > 0) {
      this.refusals -= 1;
      response.writeHead(429).end("too many requests");
    } else if (listing) {
      const checksum = `sha256:${createHash("sha256").update(this.archive).digest("hex")}`;
      const built = new Date().toISOString().replace(/\.\d+Z$/, "Z");
      const latest = { status: "active", schemaVersion: "v6.1.10", built, path: ARCHIVE, checksum };
      response.end(JSON.stringify(latest));
    } else {
      response.end(this.archive);
    }
  }
}

async function pack(file: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "bot-core-grype-archive-"));
  try {
    const archive = join(folder, ARCHIVE);
    await run("tar", ["-czf", archive, "-C", dirname(file), basename(file)]);
    return readFileSync(archive);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
