import { resolveCredentials } from "../../lib/credentials";
import { messageOf, UserError } from "../../lib/errors";
import type { Finding } from "../../lib/errors";
import { checkAccess } from "../../lib/images";
import { RegistryClient } from "../../lib/oci";
import type { CredentialSource, RegistryAccount } from "../../lib/resources/registry";
import type {
  RegistryAccessInputs,
  RegistryAccessOutputs,
} from "../../lib/resources/registryAccess";
import { withoutCredentials } from "../credentials";
import type { Context, ResourceProvider } from "../resource";
import { known, sameValue } from "../values";

/** These are a matter of the moment: a preview goes on, and the proof itself fails in `up`. */
const PASSING_CODES: ReadonlySet<string> = new Set(["registry-unreachable", "registry-answer"]);

/**
 * The proof, before anything is built, that the registry takes a push and gives a pull. It runs
 * when something is to be built that it has not been run for; a preview probes server and logins.
 */
export const registryAccess: ResourceProvider<RegistryAccessInputs, RegistryAccessOutputs> = {
  async check(inputs, context, olds) {
    const [registry, builds] = [known(inputs.registry), known(inputs.builds)];
    if (registry === undefined || builds === undefined) return [];
    if (!isNew(builds, olds?.builds)) return [];
    const { push, pull } = registry;
    const identities = sameValue(push, pull) ? { push } : { push, pull };
    const probes = Object.entries(identities).map(([name, source]) =>
      probe(`registry.${name}`, registry, source, context),
    );
    return (await Promise.all(probes)).flat();
  },

  diff(old, news) {
    const { builds: was, ...olds } = withoutCredentials(old.inputs);
    const { builds, ...now } = withoutCredentials(news);
    // What was proved for more builds holds for fewer.
    const proved = Array.isArray(was) && Array.isArray(builds) && !isNew(builds, was);
    return Promise.resolve({ changes: !proved || !sameValue(olds, now) });
  },

  async create(inputs, context) {
    await prove(inputs, context);
    return { id: inputs.registry.endpoint.server, outputs: inputs };
  },

  async update(_old, news, context) {
    await prove(news, context);
    return news;
  },
};

function isNew(builds: readonly unknown[], proved: readonly unknown[] = []): boolean {
  return builds.some((build) => !proved.includes(build));
}

async function prove(inputs: RegistryAccessInputs, { report }: Context): Promise<void> {
  report(`proving push and pull at ${inputs.registry.endpoint.server}`);
  await checkAccess(inputs, resolveCredentials);
}

async function probe(
  at: string,
  { endpoint }: RegistryAccount,
  source: CredentialSource,
  { report }: Context,
): Promise<readonly Finding[]> {
  try {
    const login = await resolveCredentials(source, endpoint.server);
    await new RegistryClient(endpoint, login).ping();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!PASSING_CODES.has(error.code)) return [{ at, message: error.message }];
    report(`${at}: ${messageOf(error)}`, "warning");
    return [];
  }
}
