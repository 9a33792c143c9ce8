import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devEnvironment } from "../../../dev/environment";
import {
  PUSH_USER,
  pushPassword,
  REGISTRY_CONTAINER,
  REGISTRY_SERVER,
} from "../../../dev/localRegistry";
import { run } from "../../../lib/process/run";
import type { ScannerName } from "../../../lib/resources/supplyChain";
import { makeVulnerabilityDb, missingMaker } from "../../provider/supplyChain/vulnerabilityDb";
import { createProject, type Project } from "../support/project";
import { waitingProgram } from "../world/tinyService";

export const SERVICES = ["ai", "engine"] as const;
export type Service = (typeof SERVICES)[number];
export const PLATFORMS = ["linux/amd64", "linux/arm64"] as const;
/** Password of the keys; it is a variable of the run and may stand nowhere else. */
export const KEY_PASSWORD = "lab-key-pw-8d31";
/** A package of the tests' own advisories. */
export const VULNERABLE = "lab-vulnerable";

const ADVISORIES = [
  {
    id: "CVE-2026-20001",
    severity: "critical",
    description: "An advisory of this test.",
    url: "https://vulnerabilities.example.com/CVE-2026-20001",
    ecosystem: "npm",
    package: VULNERABLE,
    format: "semver",
    vulnerable: "< 1.4.2",
    fixed: "1.4.2",
  },
];

/** A project whose releases are scanned, listed, signed and verified. Its images have nothing else in them. */
export interface Lab {
  readonly project: Project;
  /** Commits a source of both services, `ai` with a package of that version in it. */
  edit(text: string, version: string): Promise<void>;
  /** Folder of a docker configuration with the pushing login, for commands as a person gives them. */
  readonly login: string;
  /** Runs a tool as the program does: with its login, its key's password, its database. */
  tool(name: string, args: readonly string[]): Promise<string>;
  /** The manifests and tags that were put so far, in the order of the registry's own access log. */
  writes(): Promise<readonly RegistryWrite[]>;
  close(): Promise<void>;
}

export interface RegistryWrite {
  readonly service: string;
  readonly reference: string;
  readonly agent: string;
}

/** Why a lab with that scanner cannot run here; undefined: it can. */
export function missingTools(scanner: ScannerName): string | undefined {
  const folders = (devEnvironment()["PATH"] ?? "").split(":");
  const missing = ["cosign", "syft", scanner].filter(
    (tool) => !folders.some((folder) => existsSync(join(folder, tool))),
  );
  if (missing.length > 0) return `not on PATH: ${missing.join(", ")}`;
  return missingMaker(scanner);
}

export async function openLab(scanner: ScannerName): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "e2e-supply-chain-"));
  const advisories = join(folder, "advisories.json");
  writeFileSync(advisories, JSON.stringify(ADVISORIES));
  const database = await makeVulnerabilityDb(scanner, advisories);
  const variables = { ...devEnvironment(), ...database.env, COSIGN_PASSWORD: KEY_PASSWORD };
  const keys = await makeKeys(folder, ["cosign", "other"], variables);
  const project = await createProject({
    files: { ...keys, "docker-compose.prod.yml": COMPOSE_FILE },
    environment: { ...database.env, COSIGN_PASSWORD: KEY_PASSWORD },
    config: {
      platforms: PLATFORMS,
      scan: { severities: ["CRITICAL"], scanner },
      sbom: true,
      sign: { key: "cosign.key" },
      verify: undefined,
      rollout: { drainSeconds: 0, soakSeconds: 0 },
    },
  });
  const edit = async (text: string, version: string): Promise<void> => {
    for (const service of SERVICES) await writeService(project, service, text, version);
    await project.commit(text);
  };
  await edit("first", SOUND);
  const login = loginOf(folder);
  const tool = async (program: string, args: readonly string[]): Promise<string> => {
    const env = { ...variables, DOCKER_CONFIG: login };
    const { code, stdout, stderr } = await run(program, args, { env, cwd: project.directory });
    if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  return {
    project,
    edit,
    login,
    tool,
    writes: () => writesOf(project.namespace),
    close: async () => {
      await project.dispose();
      database.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of the package that the advisory is about. */
export const SOUND = "1.4.2";
export const UNSOUND = "1.4.1";

const COMPOSE_FILE = `services:
${SERVICES.map(
  (service) => `  ${service}:
    build: services/${service}
    image: "\${DOCKER_REGISTRY}/${service}:\${VERSION}"
    stop_signal: SIGKILL
    healthcheck: { test: ["CMD", "/app", "health"], interval: 1s }
`,
).join("")}`;

const DOCKERFILE = `FROM scratch
COPY app text /
COPY package.json /srv/node_modules/${VULNERABLE}/
CMD ["/app"]
`;

async function writeService(
  project: Project,
  service: Service,
  text: string,
  version: string,
): Promise<void> {
  const folder = `services/${service}`;
  await project.write(`${folder}/Dockerfile`, DOCKERFILE);
  await project.write(`${folder}/text`, `${service} ${text}\n`);
  const own = service === "ai" ? version : SOUND;
  await project.write(`${folder}/package.json`, JSON.stringify({ name: VULNERABLE, version: own }));
  // It runs on this machine's processor alone; the other platform's image is only published.
  writeFileSync(join(project.directory, folder, "app"), waitingProgram(), { mode: 0o755 });
}

async function makeKeys(
  folder: string,
  names: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of names) {
    const args = ["generate-key-pair", "--output-key-prefix", join(folder, name)];
    const made = await run("cosign", args, { env });
    if (made.code !== 0) throw new Error(made.stderr);
    for (const half of ["key", "pub"]) {
      files[`${name}.${half}`] = readFileSync(join(folder, `${name}.${half}`), "utf8");
    }
  }
  return files;
}

function loginOf(folder: string): string {
  const auth = Buffer.from(`${PUSH_USER}:${pushPassword()}`).toString("base64");
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({ auths: { [REGISTRY_SERVER]: { auth } } }),
  );
  return folder;
}

const WRITE = /"PUT \/v2\/(\S+)\/([\w-]+)\/manifests\/(\S+) HTTP[^"]*" 201 \d+ "[^"]*" "([^"]*)"/;

/** A write that the registry refused is none. */
async function writesOf(namespace: string): Promise<readonly RegistryWrite[]> {
  const { stdout, stderr } = await run("docker", ["logs", REGISTRY_CONTAINER]);
  return `${stdout}\n${stderr}`.split("\n").flatMap((line) => {
    const [, path, service = "", reference = "", agent = ""] = WRITE.exec(line) ?? [];
    return path === namespace ? [{ service, reference, agent }] : [];
  });
}
