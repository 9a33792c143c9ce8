import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScannerName } from "../../../lib/resources/supplyChain";
import { type ImageAccess, scanImage } from "../../../lib/supplyChain";
import { DatabaseServer } from "./databaseServer";
import { LOW, ScanWorld, failsToScan } from "./scanWorld";

/** Variables by which a scanner fetches its database into an empty folder. */
const FETCHING: Readonly<
  Record<ScannerName, (cache: string, sources: readonly string[]) => Record<string, string>>
> = {
  grype: (cache, [source = ""]) => ({
    GRYPE_DB_CACHE_DIR: cache,
    GRYPE_DB_UPDATE_URL: source,
    GRYPE_DB_AUTO_UPDATE: "true",
  }),
  trivy: (cache, sources) => ({
    TRIVY_CACHE_DIR: cache,
    TRIVY_DB_REPOSITORY: sources.join(","),
    TRIVY_SKIP_DB_UPDATE: "false",
  }),
};

/** After how many answers 429 a call of the scanner itself gives up, so that the program tries again. */
const OWN_ATTEMPTS: Readonly<Record<ScannerName, number>> = { grype: 1, trivy: 4 };

const PORTS: Readonly<Record<ScannerName, number>> = { grype: 15_763, trivy: 15_764 };

for (const scanner of ["grype", "trivy"] as const) {
  describe(`the real ${scanner}'s database, fetched from a place`, function () {
    this.timeout(120_000);
    const world = new ScanWorld(scanner);
    const servers: DatabaseServer[] = [];
    let image: ImageAccess;
    let cache: string;

    before(async function () {
      await world.start(this, `database-test-registry-${scanner}`, PORTS[scanner]);
      image = await world.push(LOW);
    });
    after(() => world.close());
    beforeEach(() => {
      cache = mkdtempSync(join(tmpdir(), "bot-core-database-"));
    });
    afterEach(async () => {
      rmSync(cache, { recursive: true, force: true });
      await Promise.all(servers.splice(0).map((server) => server.close()));
    });

    const serve = async (refusals: number): Promise<DatabaseServer> => {
      const server = await DatabaseServer.start(scanner, world.database.folder);
      servers.push(server);
      server.refusals = refusals;
      return server;
    };
    const fetching = (from: readonly DatabaseServer[], work: () => Promise<void>): Promise<void> =>
      world.withEnvironment(
        FETCHING[scanner](
          cache,
          from.map(({ source }) => source),
        ),
        work,
      );

    it("comes once for images that are scanned at once, and again after a 429", async () => {
      const refusals = 2 * OWN_ATTEMPTS[scanner];
      const server = await serve(refusals);
      const lines: string[] = [];
      const report = (line: string): void => {
        lines.push(line);
      };
      await fetching([server], async () => {
        const scan = (): Promise<{ findings: readonly unknown[] }> =>
          scanImage(image, "linux/amd64", world.policy(), { report }, [100, 100]);
        const reports = await Promise.all([scan(), scan(), scan()]);
        assert.deepEqual(
          reports.map(({ findings }) => findings.length),
          [1, 1, 1],
        );
      });
      assert.deepEqual([server.refused, server.downloads], [refusals, 1]);
      assert.equal(lines.filter((line) => line.endsWith("trying again in 1 s")).length, 2);
    });

    it("is no finding but a fault where it cannot be had", async () => {
      const server = await serve(Infinity);
      await fetching([server], () =>
        failsToScan(
          scanImage(image, "linux/amd64", world.policy(), {}, [1]),
          new RegExp(`^${scanner}'s vulnerability database cannot be updated.*\\n.*429`, "s"),
        ),
      );
      assert.equal(server.downloads, 0);
    });

    if (scanner === "trivy") {
      it("comes from the next place where the first one says no, without a second attempt", async () => {
        const places = [await serve(Infinity), await serve(0)];
        await fetching(places, async () => {
          const { findings } = await scanImage(image, "linux/amd64", world.policy(), {}, []);
          assert.equal(findings.length, 1);
        });
        assert.deepEqual(
          places.map(({ downloads }) => downloads),
          [0, 1],
        );
      });
    }
  });
}
