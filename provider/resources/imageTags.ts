import { messageOf, UserError } from "../../lib/errors";
import {
  currentDigests,
  currentTags,
  describeTagChanges,
  lookUpVersion,
  planTags,
  pruneLocalBuilds,
  putTags,
} from "../../lib/images";
import type { ImageTagsInputs, ImageTagsOutputs } from "../../lib/resources/imageTags";
import { isSemverVersion } from "../../lib/tags";
import { clientOf, differs } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { known } from "../values";
import type { PreviewInputs } from "../values";

/** Inputs that say what the tags stand for. The source is fixed when they are put; clean-up follows. */
const DECISIVE = ["repository", "version", "digest", "inputsDigest"] as const;

/** The publication of one version of one service: the floating tags, then VERSION. */
export const imageTags: ResourceProvider<ImageTagsInputs, ImageTagsOutputs> = {
  async check(inputs, context, olds) {
    // The engine asks for no diff of a resource that is not in state.
    if (olds === undefined) await reportTags(inputs, context);
    return [];
  },

  async diff(old, news, context) {
    const changes = differs(old.inputs, news, DECISIVE) || (await isUndone(old, context));
    if (changes) await reportTags(news, context);
    return { changes };
  },

  async create(inputs, context) {
    return { id: nameOf(inputs), outputs: await publish(inputs, context) };
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

/**
 * Whether VERSION is gone since it was put here, or stands for another build. State alone would call a
 * version published that nobody can pull. What nobody can be asked about is left as it is.
 */
async function isUndone(
  { inputs, outputs }: { inputs: ImageTagsInputs; outputs: ImageTagsOutputs },
  { report }: Context,
): Promise<boolean> {
  const { registry, repository, version, inputsDigest } = inputs;
  try {
    const client = await clientOf(inputs, registry.pull);
    const present = await client.headManifest(repository, version);
    if (present === undefined) {
      const index = await client.headManifest(repository, outputs.digest);
      // An index that is made again has no signature yet: that needs the whole chain, from a refresh on.
      const text = `${nameOf(inputs)} is no longer in the registry, and its index neither: \`pulumi up --refresh\` publishes it again`;
      if (index === undefined) report(text, "warning");
      return index !== undefined;
    }
    // A semantic version never moves: that it was moved by others is refused, not mended.
    if (present.digest === outputs.digest || isSemverVersion(version)) return false;
    const found = await lookUpVersion(client, repository, version);
    return found?.inputsDigest !== inputsDigest;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report(`${nameOf(inputs)} was not looked at: ${error.message}`, "debug");
    return false;
  }
}

async function publish(inputs: ImageTagsInputs, { report }: Context): Promise<ImageTagsOutputs> {
  const client = await clientOf(inputs, inputs.registry.push);
  report(`publishing ${nameOf(inputs)}`);
  const outputs = await putTags(client, inputs, (tag, digest) => {
    report(`${tag}: ${digest}`);
  });
  const local = `${client.server}/${inputs.repository}`;
  const pruned = await pruneLocalBuilds(local, inputs.keepLocalTags);
  // Left-over images cost disk and nothing else.
  for (const failure of pruned.failures) report(failure, "debug");
  report(`published ${nameOf(inputs)}: ${outputs.tags.join(", ")}`, "info");
  return outputs;
}

type Target = Pick<ImageTagsInputs, "registry" | "repository" | "version" | "source">;

/**
 * Shows what becomes of each tag, the commit's own with them: the index puts those just before. Where
 * the index stands already, only what still differs from it.
 */
async function reportTags(
  inputs: PreviewInputs<ImageTagsInputs>,
  { report }: Context,
): Promise<void> {
  const { registry: account, repository: path, version: tag, source: facts } = inputs;
  const target = known<Target>({
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
    const all = await currentTags(client, repository, { version, source });
    const digest = known(inputs.digest);
    const tags = digest === undefined ? all : all.filter(({ kind }) => kind !== "first-wins");
    const names = tags.map(({ tag: name }) => name);
    const current = await currentDigests(client, repository, names);
    const changes = planTags(tags, current).filter(
      ({ from }) => from !== digest || from === undefined,
    );
    for (const line of describeTagChanges(changes)) report(line, "info");
  } catch (error) {
    report(`what becomes of the tags is not known: ${messageOf(error)}`, "warning");
  }
}

function nameOf({ registry, repository, version }: ImageTagsInputs): string {
  return `${registry.endpoint.server}/${repository}:${version}`;
}
