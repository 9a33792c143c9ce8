import { resolveCredentials } from "../../lib/credentials";
import { messageOf, UserError } from "../../lib/errors";
import type { Finding } from "../../lib/errors";
import { checkAccess } from "../../lib/images";
import { registryClient } from "../../lib/registries/refusals";
import type { CredentialSource, RegistryEndpoint } from "../../lib/resources/registry";
import type {
  RegistryAccessInputs,
  RegistryAccessOutputs,
} from "../../lib/resources/registryAccess";
import { withoutCredentials } from "../credentials";
import type { Context, ResourceProvider } from "../resource";
import { UNKNOWN, known, sameValue } from "../values";

/** These are a matter of the moment: a preview goes on, and the proof itself fails in `up`. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  "registry-unreachable",
  "registry-answer",
  "credentials-unreachable",
  "credentials-answer",
]);

/**
 * The proof, before anything is built, that the registry takes a push and gives a pull. It runs
 * when something is to be built that it has not been run for; a preview probes server and logins.
 */
export const registryAccess: ResourceProvider<RegistryAccessInputs, RegistryAccessOutputs> = {
  async check(inputs, context, olds) {
    const { registry } = inputs;
    const builds = known(inputs.builds);
    if (registry === UNKNOWN || builds === undefined) return [];
    if (!isNew(builds, olds?.builds)) return [];
    const endpoint = known(registry.endpoint);
    if (endpoint === undefined) return [];
    // An identity that is about to be declared is not known yet: the other one is probed.
    const [push, pull] = [known(registry.push), known(registry.pull)];
    const identities = { push, pull: sameValue(push, pull) ? undefined : pull };
    const probes = Object.entries(identities).flatMap(([name, source]) =>
      source === undefined ? [] : [probe(`registry.${name}`, endpoint, source, context)],
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
  endpoint: RegistryEndpoint,
  source: CredentialSource,
  { report }: Context,
): Promise<readonly Finding[]> {
  try {
    const login = await resolveCredentials(source, endpoint.server);
    await registryClient(endpoint, login).ping();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!PASSING_CODES.has(error.code)) return [{ at, message: error.message }];
    report(`${at}: ${messageOf(error)}`, "warning");
    return [];
  }
}
