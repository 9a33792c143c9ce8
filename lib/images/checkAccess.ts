import { whileSettling } from "../credentials/settling";
import { UserError, messageOf } from "../errors";
import type { Credentials } from "../oci/credentials";
import type { RegistryClient } from "../oci/registryClient";
import { hidesUnborn, registryClient } from "../registries/refusals";
import type { CredentialSource } from "../resources/registry";
import type { RegistryAccessInputs } from "../resources/registryAccess";

/** Reads a login; see lib/credentials. */
export type Resolve = (
  source: CredentialSource,
  server: string,
) => Promise<Credentials | undefined>;

/** Rights of an identity that was declared moments ago reach a cloud's registry within this time. */
const RIGHTS_SETTLE_MS = 30_000;
const LOGIN_FAULTS = new Set([
  "registry-unauthorized",
  "registry-denied",
  "credentials-missing",
  "credentials-denied",
]);

/**
 * Proves, before anything is built, that the push identity may push to every repository and the pull
 * identity may pull from it. An upload is started and cancelled, and a manifest that nobody has is
 * asked for, so that nothing is left behind.
 * @throws UserError with all refusals, equal ones once, and the code of the first:
 *   `registry-unreachable`, `registry-tls`, `registry-unauthorized`, `registry-denied`,
 *   `registry-repository`, and those of lib/credentials
 */
export async function checkAccess(inputs: RegistryAccessInputs, resolve: Resolve): Promise<void> {
  const { registry, repositories } = inputs;
  const { endpoint } = registry;
  const client = async (source: CredentialSource): Promise<RegistryClient> =>
    registryClient(endpoint, await resolve(source, endpoint.server));
  const proofs = [
    prove("push", async () => {
      const pusher = await client(registry.push);
      await pusher.ping();
      return repositories.map((repository) => pusher.proveUpload(repository));
    }),
    prove("pull", async () => {
      const puller = await client(registry.pull);
      await puller.ping();
      return repositories.map((repository) =>
        provePull(puller, repository, registry.pull, () => client(registry.push)),
      );
    }),
  ];
  const failures = (await Promise.all(proofs)).flat();
  const [first] = failures;
  if (first === undefined) return;
  const messages = [...new Set(failures.map(messageOf))];
  const code = first instanceof UserError ? first.code : "registry-answer";
  throw new UserError(messages.join("\n"), code, { cause: first });
}

async function prove(
  identity: "push" | "pull",
  start: () => Promise<Promise<void>[]>,
): Promise<unknown[]> {
  try {
    const results = await Promise.allSettled(await start());
    return results.flatMap((result) =>
      result.status === "rejected" ? [named(identity, result.reason)] : [],
    );
  } catch (error) {
    return [named(identity, error)];
  }
}

async function provePull(
  puller: RegistryClient,
  repository: string,
  source: CredentialSource,
  pusher: () => Promise<RegistryClient>,
): Promise<void> {
  const settling = {
    key: JSON.stringify(["pull", puller.server, repository, source]),
    limitMs: isDeclared(source) ? RIGHTS_SETTLE_MS : 0,
    isRefusal: isDenied,
  };
  try {
    await whileSettling(settling, () => puller.provePull(repository));
  } catch (error) {
    const unborn = hidesUnborn(puller.server) && isDenied(error);
    if (!unborn || (await holdsTags(await pusher(), repository))) throw error;
  }
}

/** The weaker identities of the clouds, which the same run may have made. */
function isDeclared(source: CredentialSource): boolean {
  return (
    (source.kind === "ecr" && source.roleArn !== undefined) ||
    (source.kind === "gar" && source.serviceAccount !== undefined)
  );
}

/** Where even the push login sees no tag, nothing was pushed yet: there is nothing to pull. */
async function holdsTags(pusher: RegistryClient, repository: string): Promise<boolean> {
  try {
    return (await pusher.listTags(repository)).length > 0;
  } catch (error) {
    if (isDenied(error)) return false;
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof UserError && error.code === "registry-denied";
}

/** The same registry has two logins: the message says which one failed. Faults of ours pass unchanged. */
function named(identity: "push" | "pull", error: unknown): unknown {
  if (!(error instanceof UserError) || !LOGIN_FAULTS.has(error.code)) return error;
  return new UserError(`${identity} login: ${error.message}`, error.code, { cause: error });
}
