import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunOptions } from "../../process/run";
import { imageName } from "../image";
import { withheldFrom } from "../tools/environment";
import { callTool } from "./fault";
import type { ScanReport } from "./findings";
import { GrypeReport, grypeDatabaseDate, grypeFindings } from "./grypeReport";
import { readToolReport } from "./reportFile";
import { SarifLog } from "./sarifModel";
import type { ScanJob, Scanner } from "./scanner";
import { isSwitched } from "./text";

/** The policy alone decides what counts: nothing may be left out before it is asked. */
const environment = (): RunOptions["env"] => ({
  ...withheldFrom("grype"),
  NO_COLOR: "1",
  GRYPE_CHECK_FOR_APP_UPDATE: "false",
});

/** grype, https://github.com/anchore/grype. Its database's place and source: the variables GRYPE_DB_…. */
export const grype: Scanner = {
  name: "grype",
  databaseIsFixed: () => isSwitched("GRYPE_DB_AUTO_UPDATE", false),
  async updateDatabase({ tool, folder, options }) {
    const what =
      "grype's vulnerability database cannot be updated (with GRYPE_DB_AUTO_UPDATE=false the one that is there is used)";
    const args = ["db", "update", "--config", emptyConfig(folder)];
    await callTool({ tool, args, what, folder, env: environment() }, options);
  },
  async scan(job) {
    const [json, sarif] = [join(job.folder, "grype.json"), join(job.folder, "grype.sarif")];
    await callTool(
      {
        tool: job.tool,
        args: scanArguments(job, json, sarif),
        what: `grype cannot scan ${imageName(job.image)} (${job.platform})`,
        folder: job.folder,
        env: { ...environment(), ...job.environment.env, GRYPE_DB_AUTO_UPDATE: "false" },
        credentials: job.image.credentials,
      },
      job.options,
    );
    return readReports(job, json, sarif);
  },
};

function scanArguments(job: ScanJob, json: string, sarif: string): string[] {
  return [
    `registry:${imageName(job.image)}`,
    ...["--platform", job.platform],
    ...["--config", emptyConfig(job.folder)],
    ...["--output", `json=${json}`],
    ...["--output", `sarif=${sarif}`],
  ];
}

/** Given a file, grype reads none of the user's own, which may ignore findings. */
function emptyConfig(folder: string): string {
  const file = join(folder, "grype.yaml");
  writeFileSync(file, "check-for-app-update: false\n");
  return file;
}

async function readReports(job: ScanJob, json: string, sarif: string): Promise<ScanReport> {
  const { version } = job.tool;
  const report = await readToolReport(json, GrypeReport, `grype ${version}`);
  const databaseDate = grypeDatabaseDate(report);
  return {
    scanner: { name: "grype", version },
    ...(databaseDate === undefined ? {} : { databaseDate }),
    findings: grypeFindings(report),
    sarif: await readToolReport(sarif, SarifLog, `grype ${version}`),
  };
}
