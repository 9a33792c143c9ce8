import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { messageOf } from "../lib/errors";
import { run } from "../lib/process/run";
import { SUPPORTED, type ToolName, assertVersion } from "../lib/supplyChain/tools/versions";
import { pointLink } from "./cache";
import { type GoTool, buildGoTool, isBuilt } from "./goTool";
import { withLock } from "./lock";
import { CACHE_BIN, cached } from "./paths";
import { note, step } from "./steps";

/** A tool that is built where no release of it is on PATH. */
interface SupplyChainTool extends GoTool {
  /** Minutes that a build takes on two cores with nothing of it in Go's caches. */
  readonly minutes: number;
  /** Its name on PATH, where a release of it does as well. Default: it is never on PATH. */
  readonly official?: ToolName;
  /** Variable that names the program to tests. Default: they find it on PATH. */
  readonly variable?: string;
}

const versionFlags = (variable: string, version: string): string =>
  `-s -w -X ${variable}=${version}`;

const COSIGN_VERSION = "sigs.k8s.io/release-utils/version.gitVersion";

/** It uses a package that is an experiment in Go before 1.27. */
const TRIVY_ENVIRONMENT = { GOEXPERIMENT: "jsonv2" };

/**
 * In the order in which tests need them. What is in one module shares what is compiled: the second
 * takes a tenth of the first one's time.
 */
const TOOLS: readonly SupplyChainTool[] = [
  {
    ...{ name: "cosign", official: "cosign", module: "cosign", minutes: 6 },
    importPath: "github.com/sigstore/cosign/v3/cmd/cosign",
    ldflags: versionFlags(COSIGN_VERSION, "v3.1.3"),
    program: cached("tools", "cosign-v3.1.3", "cosign"),
  },
  {
    ...{ name: "cosign2", variable: "COSIGN2", module: "cosign", minutes: 1 },
    importPath: "github.com/sigstore/cosign/v2/cmd/cosign",
    ldflags: versionFlags(COSIGN_VERSION, "v2.6.5"),
    program: cached("tools", "cosign-v2.6.5", "cosign"),
  },
  {
    ...{ name: "syft", official: "syft", module: "scanners", minutes: 4 },
    importPath: "github.com/anchore/syft/cmd/syft",
    ldflags: versionFlags("main.version", "1.57.0"),
    program: cached("tools", "scanners-v1.57.0", "syft"),
  },
  {
    ...{ name: "grype", official: "grype", module: "scanners", minutes: 1 },
    importPath: "github.com/anchore/grype/cmd/grype",
    ldflags: versionFlags("main.version", "0.121.2"),
    program: cached("tools", "scanners-v1.57.0", "grype"),
  },
  {
    // Writes grype's databases out of tests' own advisories: the public one may be out of reach.
    ...{ name: "grypeDb", variable: "GRYPE_DB_MAKER", module: "scanners", minutes: 1 },
    ...{ own: ["advisories", "grypeDb"], importPath: ".", ldflags: "-s -w" },
    program: cached("tools", "scanners-v1.57.0", "grypeDb"),
  },
  {
    ...{ name: "trivy", official: "trivy", module: "trivy", minutes: 6 },
    importPath: "github.com/aquasecurity/trivy/cmd/trivy",
    ldflags: versionFlags("github.com/aquasecurity/trivy/pkg/version/app.ver", "0.74.0"),
    env: TRIVY_ENVIRONMENT,
    program: cached("tools", "trivy-v0.74.0", "trivy"),
  },
  {
    // As grypeDb, of trivy's.
    ...{ name: "trivyDb", variable: "TRIVY_DB_MAKER", module: "trivy", minutes: 1 },
    ...{
      own: ["advisories", "trivyDb"],
      importPath: ".",
      ldflags: "-s -w",
      env: TRIVY_ENVIRONMENT,
    },
    program: cached("tools", "trivy-v0.74.0", "trivyDb"),
  },
];

/**
 * The supply chain's tools for tests and benchmark: releases on PATH where they are recent, else built
 * with Go from their modules, one after the other. What cannot be had is named; the tests that need
 * it skip themselves.
 * @returns variables that name programs to the tests: COSIGN2, a second cosign of the line before;
 *   GRYPE_DB_MAKER and TRIVY_DB_MAKER, which write databases of these scanners
 */
export async function ensureSupplyChainTools(): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  await withLock("supply-chain-tools", async () => {
    for (const tool of TOOLS) {
      const program = await obtain(tool);
      if (program === undefined) continue;
      if (tool.variable !== undefined) variables[tool.variable] = program;
      if (tool.official !== undefined) pointLink(join(CACHE_BIN, tool.official), program);
    }
  });
  return variables;
}

async function obtain(tool: SupplyChainTool): Promise<string | undefined> {
  const given = tool.variable === undefined ? undefined : process.env[tool.variable];
  if (given !== undefined && existsSync(given)) return given;
  const release = tool.official === undefined ? undefined : await onPath(tool.official);
  if (release !== undefined) return release;
  if (isBuilt(tool)) return tool.program;
  try {
    await step(`building ${tool.name} from its Go module (about ${tool.minutes} min)`, (report) =>
      buildGoTool(tool, report),
    );
    return tool.program;
  } catch (error) {
    note(`no ${tool.name}, so the tests that need it are skipped: ${messageOf(error)}`);
    return undefined;
  }
}

/** The first of that name on PATH, as everybody would get it, if it is recent. */
async function onPath(name: ToolName): Promise<string | undefined> {
  const program = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((directory) => directory !== CACHE_BIN)
    .map((directory) => join(directory, name))
    .find(existsSync);
  if (program === undefined) return undefined;
  try {
    const { stdout, stderr } = await run(program, SUPPORTED[name].args);
    assertVersion(name, `${stdout}\n${stderr}`);
    return program;
  } catch {
    return undefined;
  }
}
