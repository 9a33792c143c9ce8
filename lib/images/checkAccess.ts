import { UserError, messageOf } from "../errors";
import type { Credentials } from "../oci/credentials";
import { RegistryClient } from "../oci/registryClient";
import type { CredentialSource } from "../resources/registry";
import type { RegistryAccessInputs } from "../resources/registryAccess";

/** Reads a login; see lib/credentials. */
export type Resolve = (
  source: CredentialSource,
  server: string,
) => Promise<Credentials | undefined>;

/**
 * Proves, before anything is built, that the push identity may push to every repository and the pull
 * identity may pull from it. An upload is started and cancelled, so that nothing is left behind.
 * @throws UserError with all refusals, equal ones once, and the code of the first:
 *   `registry-unreachable`, `registry-tls`, `registry-unauthorized`, `registry-denied`,
 *   `credentials-missing`
 */
export async function checkAccess(inputs: RegistryAccessInputs, resolve: Resolve): Promise<void> {
  const { registry, repositories } = inputs;
  const { endpoint } = registry;
  const proofs = [
    prove("push", registry.push, async (client) => {
      await client.ping();
      return repositories.map((repository) => client.proveUpload(repository));
    }),
    prove("pull", registry.pull, async (client) => {
      await client.ping();
      return repositories.map((repository) => assertPull(client, repository));
    }),
  ];
  const failures = (await Promise.all(proofs)).flat();
  const [first] = failures;
  if (first === undefined) return;
  const messages = [...new Set(failures.map(messageOf))];
  const code = first instanceof UserError ? first.code : "registry-answer";
  throw new UserError(messages.join("\n"), code, { cause: first });

  async function prove(
    identity: "push" | "pull",
    source: CredentialSource,
    start: (client: RegistryClient) => Promise<Promise<void>[]>,
  ): Promise<unknown[]> {
    try {
      const client = new RegistryClient(endpoint, await resolve(source, endpoint.server));
      const results = await Promise.allSettled(await start(client));
      return results.flatMap((result) =>
        result.status === "rejected" ? [named(identity, result.reason)] : [],
      );
    } catch (error) {
      return [named(identity, error)];
    }
  }
}

async function assertPull(client: RegistryClient, repository: string): Promise<void> {
  if (await client.provePull(repository)) return;
  throw new UserError(
    `the login may not pull from \`${client.server}/${repository}\`; give it the right to read, or name another \`pull\` login`,
    "registry-denied",
  );
}

/** The same registry has two logins: the message says which one failed. Faults of ours pass unchanged. */
function named(identity: "push" | "pull", error: unknown): unknown {
  if (!(error instanceof UserError) || !LOGIN_FAULTS.has(error.code)) return error;
  return new UserError(`${identity} login: ${error.message}`, error.code, { cause: error });
}

const LOGIN_FAULTS = new Set(["registry-unauthorized", "registry-denied", "credentials-missing"]);
