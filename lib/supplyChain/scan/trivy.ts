import { join } from "node:path";
import type { RunOptions } from "../../process/run";
import { SEVERITIES } from "../../resources/supplyChain";
import { imageName } from "../image";
import { withheldFrom } from "../tools/environment";
import { callTool } from "./fault";
import type { ScanReport } from "./findings";
import { readToolReport } from "./reportFile";
import { SarifLog } from "./sarifModel";
import type { ScanJob, Scanner } from "./scanner";
import { isSwitched } from "./text";
import { TrivyReport, TrivyVersion, trivyFindings } from "./trivyReport";

/** Copies of the databases: a place that is asked too much answers 429, and the next one is asked. */
const DATABASES = [
  "mirror.gcr.io/aquasec/trivy-db:2",
  "ghcr.io/aquasecurity/trivy-db:2",
  "public.ecr.aws/aquasecurity/trivy-db:2",
];
const JAVA_DATABASES = [
  "mirror.gcr.io/aquasec/trivy-java-db:1",
  "ghcr.io/aquasecurity/trivy-java-db:1",
  "public.ecr.aws/aquasecurity/trivy-java-db:1",
];

/** The policy alone decides what counts: nothing may be left out before it is asked. */
const environment = (): RunOptions["env"] => ({
  ...withheldFrom("trivy"),
  NO_COLOR: "1",
  // Switches of later versions, which earlier ones do not know as flags.
  TRIVY_SKIP_VERSION_CHECK: "true",
  TRIVY_DISABLE_TELEMETRY: "true",
});

/** trivy, https://github.com/aquasecurity/trivy. Its database's place: TRIVY_CACHE_DIR; its source: TRIVY_DB_REPOSITORY. */
export const trivy: Scanner = {
  name: "trivy",
  databaseIsFixed: () => isSwitched("TRIVY_SKIP_DB_UPDATE", true),
  async updateDatabase({ tool, folder, options }) {
    const what =
      "trivy's vulnerability database cannot be updated (with TRIVY_SKIP_DB_UPDATE=true the one that is there is used)";
    const args = [
      ...["image", "--download-db-only", "--no-progress"],
      ...repositories("--db-repository", "TRIVY_DB_REPOSITORY", DATABASES),
    ];
    await callTool({ tool, args, what, folder, env: environment() }, options);
  },
  async scan(job) {
    const [json, sarif] = [join(job.folder, "trivy.json"), join(job.folder, "trivy.sarif")];
    const { version } = job.tool;
    await call(job, scanArguments(job, json));
    // A second scan would be another one: the same report is written in the other format.
    await call(job, ["convert", "--format", "sarif", "--output", sarif, json]);
    const databaseDate = await askDatabaseDate(job);
    const report: ScanReport = {
      scanner: { name: "trivy", version },
      ...(databaseDate === undefined ? {} : { databaseDate }),
      findings: trivyFindings(await readToolReport(json, TrivyReport, `trivy ${version}`)),
      sarif: await readToolReport(sarif, SarifLog, `trivy ${version}`),
    };
    return report;
  },
};

function call(job: ScanJob, args: readonly string[]): Promise<string> {
  return callTool(
    {
      tool: job.tool,
      args,
      what: `trivy cannot scan ${imageName(job.image)} (${job.platform})`,
      folder: job.folder,
      env: { ...environment(), ...job.environment.env },
      credentials: job.image.credentials,
    },
    job.options,
  );
}

function scanArguments(job: ScanJob, json: string): string[] {
  return [
    "image",
    ...["--image-src", "remote"],
    ...["--platform", job.platform],
    ...["--scanners", "vuln"],
    ...["--severity", [...SEVERITIES].reverse().join(",")],
    ...["--format", "json", "--output", json],
    ...["--exit-code", "0"],
    ...["--skip-db-update", "--no-progress", "--timeout", "20m"],
    // The cache in files is locked by one scan at a time; several images are scanned at once.
    ...(process.env["TRIVY_CACHE_BACKEND"] === undefined ? ["--cache-backend", "memory"] : []),
    ...repositories("--java-db-repository", "TRIVY_JAVA_DB_REPOSITORY", JAVA_DATABASES),
    imageName(job.image),
  ];
}

/** A flag would replace what the user's variable says. */
function repositories(flag: string, variable: string, places: readonly string[]): string[] {
  if (process.env[variable] !== undefined) return [];
  return places.flatMap((place) => [flag, place]);
}

/** Its report does not say. */
async function askDatabaseDate({ tool, folder, options }: ScanJob): Promise<string | undefined> {
  const asked = { tool, args: ["version", "--format", "json"], what: "trivy version", folder };
  try {
    const printed = await callTool({ ...asked, env: environment() }, options);
    return TrivyVersion.parse(JSON.parse(printed)).VulnerabilityDB?.UpdatedAt;
  } catch {
    return undefined;
  }
}
