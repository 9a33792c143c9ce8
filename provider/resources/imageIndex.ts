import { resolveCredentials } from "../../lib/credentials";
import { UserError, messageOf } from "../../lib/errors";
import {
  currentDigests,
  describeTagChanges,
  lookUpVersion,
  planTags,
  pruneLocalBuilds,
  publishIndex,
} from "../../lib/images";
import type { RegistryClient } from "../../lib/oci";
import { registryClient } from "../../lib/registries/refusals";
import type { CredentialSource } from "../../lib/resources/registry";
import type { ImageIndexInputs, ImageIndexOutputs } from "../../lib/resources/imageIndex";
import { releaseTags } from "../../lib/tags";
import type { Context, ResourceProvider } from "../resource";
import { known, sameValue } from "../values";
import type { PreviewInputs } from "../values";

/** Inputs that say what is published. Source, licences and clean-up are fixed or follow. */
const PUBLISHED = ["repository", "version", "images", "inputsDigest"] as const;

/** One version of one service: the index over its platform images, and its tags. */
export const imageIndex: ResourceProvider<ImageIndexInputs, ImageIndexOutputs> = {
  async check(inputs, context, olds) {
    // The engine asks for no diff of a resource that is not in state.
    if (olds === undefined) await reportTags(inputs, context);
    return [];
  },

  async diff(old, news, context) {
    const changes =
      PUBLISHED.some((name) => !sameValue(old.inputs[name], news[name])) ||
      serverOf(old.inputs) !== serverOf(news);
    if (changes) await reportTags(news, context);
    return { changes };
  },

  async create(inputs, context) {
    const outputs = await publish(inputs, context);
    return { id: nameOf(inputs), outputs };
  },

  update: (_old, news, context) => publish(news, context),

  async read(old, context) {
    const { registry, repository, version } = old.inputs;
    const name = nameOf(old.inputs);
    let found: Awaited<ReturnType<typeof lookUpVersion>>;
    try {
      const client = await clientOf(old.inputs, registry.pull);
      found = await lookUpVersion(client, repository, version);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A token that has ended, or a registry that is away, says nothing of what was published.
      context.report(`${name} was not looked at: ${error.message}`, "warning");
      return old.outputs;
    }
    if (found === undefined) {
      context.report(`${name} is no longer in the registry`, "warning");
      return undefined;
    }
    if (found.digest !== old.outputs.digest) {
      const text = `${name} now stands for ${found.digest}, not for ${old.outputs.digest}`;
      context.report(text, "warning");
    }
    return old.outputs;
  },
};

async function publish(inputs: ImageIndexInputs, context: Context): Promise<ImageIndexOutputs> {
  const { report } = context;
  const client = await clientOf(inputs, inputs.registry.push);
  report(`publishing ${nameOf(inputs)}`);
  const outputs = await publishIndex(client, inputs, {
    onTag: (tag, digest) => {
      report(`${tag}: ${digest}`);
    },
  });
  const local = `${client.server}/${inputs.repository}`;
  const pruned = await pruneLocalBuilds(local, inputs.keepLocalTags);
  // Left-over images cost disk and nothing else.
  for (const failure of pruned.failures) report(failure, "debug");
  report(`published ${nameOf(inputs)}: ${outputs.tags.join(", ")}`, "info");
  return outputs;
}

type TagInputs = Pick<ImageIndexInputs, "registry" | "repository" | "version" | "source">;

/** Shows what publishing will do to each tag; in a preview that builds, to no known digest yet. */
async function reportTags(
  inputs: PreviewInputs<ImageIndexInputs>,
  { report }: Context,
): Promise<void> {
  const { registry: account, repository: path, version: tag, source: facts } = inputs;
  const target = known<TagInputs>({
    registry: account,
    repository: path,
    version: tag,
    source: facts,
  });
  if (target === undefined) return;
  const { registry, repository, version, source } = target;
  try {
    // To list tags is a right of its own, which a login that only pulls may lack (ECR).
    const client = await clientOf(target, registry.push);
    const tags = releaseTags({ version, source, existing: await client.listTags(repository) });
    const names = tags.map(({ tag }) => tag);
    const current = await currentDigests(client, repository, names);
    for (const line of describeTagChanges(planTags(tags, current))) report(line, "info");
  } catch (error) {
    report(`what becomes of the tags is not known: ${messageOf(error)}`, "warning");
  }
}

async function clientOf(
  { registry: { endpoint } }: Pick<ImageIndexInputs, "registry">,
  source: CredentialSource,
): Promise<RegistryClient> {
  return registryClient(endpoint, await resolveCredentials(source, endpoint.server));
}

function serverOf(inputs: PreviewInputs<Pick<ImageIndexInputs, "registry">>): string | undefined {
  return known(inputs.registry)?.endpoint.server;
}

function nameOf({ registry, repository, version }: ImageIndexInputs): string {
  return `${registry.endpoint.server}/${repository}:${version}`;
}
