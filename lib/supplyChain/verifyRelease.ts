import { resolveCredentials } from "../credentials";
import { type Finding, findingsError, UserError } from "../errors";
import { mapConcurrently } from "../registries/contents/concurrency";
import type { ComposeHostInputs, ReleaseImage } from "../resources/composeHost";
import type { ToolOptions } from "./image";
import { verifyImage } from "./signature/verifyImage";

/** Each is a process of its own that mostly waits for the registry. */
const AT_ONCE = 4;

type Release = Pick<ComposeHostInputs, "version" | "images" | "registry" | "verify">;

/**
 * Refuses a release of which any image is not signed as it has to be, before the host gets any of it.
 * @param started names of the services that will be started; the others' images run already, and only
 *   their signatures are looked at
 * @throws UserError with every refused service, and its own code where they are of one kind
 */
export async function verifyRelease(
  release: Release,
  started: readonly string[],
  options: ToolOptions = {},
): Promise<void> {
  if (release.verify === undefined) return;
  const refusals = await mapConcurrently(Object.keys(release.images), AT_ONCE, (service) =>
    refusalOf(release, service, started.includes(service), options),
  );
  const found = refusals.filter((refusal) => refusal !== undefined);
  if (found.length === 0) return;
  const [first] = found;
  if (found.length === 1 && first !== undefined) throw first.error;
  const codes = new Set(found.map(({ error }) => error.code));
  const findings: Finding[] = found.map(({ service, error }) => ({
    at: service,
    message: error.message,
  }));
  const code = codes.size === 1 && first !== undefined ? first.error.code : "images-refused";
  throw findingsError(`${release.version} is not deployed`, findings, code);
}

async function refusalOf(
  { version, images, registry, verify }: Release,
  service: string,
  isStarted: boolean,
  options: ToolOptions,
): Promise<{ readonly service: string; readonly error: UserError } | undefined> {
  const image = images[service];
  if (image === undefined || verify === undefined) return undefined;
  const { endpoint, pull, policy } = verify;
  try {
    const credentials = await resolveCredentials(pull, endpoint.server);
    const repository = pathOf(image, registry.endpoint.server);
    const access = { endpoint, credentials, repository, digest: image.digest };
    // A version from before bills of materials were made has none, and may still be gone back to.
    const sbom = isStarted ? ("if-attested" as const) : false;
    const platforms = image.platforms.map((one) => ({ ...one, sbom }));
    await verifyImage({ image: access, service, version, platforms, policy }, options);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return { service, error };
    throw error;
  }
}

/** The repository's path: the same at the registry that the host pulls from and at the first one. */
function pathOf({ repository }: ReleaseImage, server: string): string {
  return repository.startsWith(`${server}/`) ? repository.slice(server.length + 1) : repository;
}
