import type { Bench } from "./bench";
import { docker } from "./docker";
import { networkOf, type Services } from "./services";

/** The Compose file of the services, as text: JSON is YAML. */
export function composeFile(project: string, services: Services): string {
  const networks = { default: { name: networkOf(project) } };
  return JSON.stringify({ name: project, services, networks });
}

/** The arguments of the plain command that a release is held against. */
export function plainUp(project: string): readonly string[] {
  return ["compose", "-p", project, "-f", "-", "--progress", "quiet", "up", "-d", "--wait"];
}

/** `docker compose up -d --wait` of the same services, published and named by themselves. */
export async function plainRelease(
  { signal }: Bench,
  project: string,
  services: Services,
): Promise<void> {
  const env = { COMPOSE_FILE: undefined, COMPOSE_PROJECT_NAME: undefined, DOCKER_HOST: undefined };
  await docker([...plainUp(project)], { input: composeFile(project, services), env, signal });
}
