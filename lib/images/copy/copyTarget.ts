import { UserError } from "../../errors";
import { isLoopback } from "../../oci/endpoint";
import { assertRepository } from "../../oci/names";
import { detectKind, splitReference } from "../../registries/detect";
import { parseEcrHost } from "../../registries/hosts";
import type { CredentialSource, RegistryEndpoint } from "../../resources/registry";
import type { RegistrySettings } from "../../settings/registrySettings";

/** The target's own login, for registries whose login docker's store does not have. */
export const USERNAME_VARIABLE = "DOCKER_COPY_USERNAME";
export const PASSWORD_VARIABLE = "DOCKER_COPY_PASSWORD";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where copies go. */
export interface CopyTarget {
  readonly endpoint: RegistryEndpoint;
  /** Path before every repository; `""`: none. */
  readonly namespace: string;
  readonly credentials: CredentialSource;
}

/**
 * Reads `SERVER/NAMESPACE`. Its login: the variables DOCKER_COPY_USERNAME and DOCKER_COPY_PASSWORD, else
 * the stack's own push login on the stack's own registry, else the clouds' ambient identity by the
 * server's name, else docker's store. A loopback server is spoken to without TLS.
 * @throws UserError `copy-target` for what is no such place, or the one that the images are in
 */
export function copyTarget(
  text: string,
  registry: RegistrySettings,
  environment: Environment,
): CopyTarget {
  const { server, path, hasScheme } = splitReference(text);
  if (hasScheme || text.trim() === "" || /\s/.test(text)) throw notAPlace(text);
  if (path !== "") assertRepository(path);
  const own = server === registry.endpoint.server;
  if (own && path === registry.namespace) {
    throw new UserError(
      `\`${text}\` is where the stack's images are; name another namespace or another registry`,
      "copy-target",
    );
  }
  return {
    endpoint: own ? registry.endpoint : { server, insecure: isLoopback(server) },
    namespace: path,
    credentials:
      own && !hasVariables(environment) ? registry.account.push : sourceOf(server, environment),
  };
}

function hasVariables(environment: Environment): boolean {
  return [USERNAME_VARIABLE, PASSWORD_VARIABLE].some((name) => (environment[name] ?? "") !== "");
}

function sourceOf(server: string, environment: Environment): CredentialSource {
  if (hasVariables(environment)) {
    return {
      kind: "environment",
      usernameVariable: USERNAME_VARIABLE,
      passwordVariable: PASSWORD_VARIABLE,
    };
  }
  const kind = detectKind(server);
  const region = parseEcrHost(server)?.region;
  if (kind === "ecr" && region !== undefined) return { kind, region };
  if (kind === "gar" || kind === "acr") return { kind };
  return { kind: "docker" };
}

function notAPlace(text: string): UserError {
  return new UserError(
    `\`--to ${text}\` is no place for images; give SERVER/NAMESPACE without a scheme, e.g. \`--to backup.example.com/bot-core\``,
    "copy-target",
  );
}
