import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { freePorts } from "../support/ports";
import { createProject, pulumi, type Project } from "../support/project";

const execute = promisify(execFile);

/** The three services of docker-compose.prod.yml, released by the program. */
export interface ServiceStack {
  readonly project: Project;
  readonly dashboard: string;
  readonly engine: string;
  /** Runs `docker VERB` on the container that serves, e.g. `stop`. */
  docker(verb: "stop" | "start", service: string): Promise<void>;
  /** Exit code of a service's stopped container. */
  exitCode(service: string): Promise<number>;
  dispose(): Promise<void>;
}

/** Builds, publishes and deploys the services on ports of their own; they are healthy then. */
export async function startServices(): Promise<ServiceStack> {
  const [enginePort, aiPort, uiPort] = await freePorts(3);
  const project = await createProject({
    copies: ["services", "docker-compose.prod.yml"],
    config: {
      environment: {
        ENGINE_PORT: String(enginePort),
        AI_PORT: String(aiPort),
        UI_PORT: String(uiPort),
        ...{ ENGINE_CPUS: "1", AI_CPUS: "1", UI_CPUS: "1" },
      },
    },
  });
  const { code, output } = await pulumi(project, "up", "--yes", "--skip-preview", "-s", "test");
  if (code !== 0) {
    await project.dispose();
    throw new Error(`pulumi up ended with ${code}:\n${output}`);
  }
  return {
    project,
    dashboard: `http://localhost:${uiPort}/`,
    engine: `http://localhost:${enginePort}`,
    docker: async (verb, service) => {
      await execute("docker", [verb, await containerOf(project, service)]);
    },
    exitCode: async (service) => {
      const container = await containerOf(project, service);
      const format = ["--format", "{{.State.ExitCode}}"];
      return Number((await execute("docker", ["inspect", ...format, container])).stdout);
    },
    dispose: () => project.dispose(),
  };
}

/** Each service has one container, of one colour: nothing was replaced yet. */
async function containerOf({ name }: Project, service: string): Promise<string> {
  const filter = `name=^${name}-live-${service}-(blue|green)-1$`;
  const { stdout } = await execute("docker", ["ps", "-a", "--filter", filter, "-q"]);
  return stdout.trim();
}
