import { UserError } from "../../lib/errors";
import { pushIndex } from "../../lib/images";
import type { ImageIndexInputs, ImageIndexOutputs } from "../../lib/resources/imageIndex";
import { clientOf, differs } from "../registry";
import type { Context, ResourceProvider } from "../resource";

/** Inputs that say what the index is of. Source and licences are fixed when it is made. */
const DECISIVE = ["repository", "version", "images", "inputsDigest"] as const;

/** One version of one service as an index over its platform images, not published yet. */
export const imageIndex: ResourceProvider<ImageIndexInputs, ImageIndexOutputs> = {
  diff: (old, news) => Promise.resolve({ changes: differs(old.inputs, news, DECISIVE) }),

  async create(inputs, context) {
    const outputs = await push(inputs, context);
    const { registry, repository, version } = inputs;
    return { id: `${registry.endpoint.server}/${repository}:${version}`, outputs };
  },

  update: (_old, news, context) => push(news, context),

  async read(old, context) {
    const { registry, repository } = old.inputs;
    const name = `${registry.endpoint.server}/${repository}@${old.outputs.digest}`;
    try {
      const client = await clientOf(old.inputs, registry.pull);
      const head = await client.headManifest(repository, old.outputs.digest);
      if (head !== undefined) return old.outputs;
      context.report(`${name} is no longer in the registry`, "warning");
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A token that has ended, or a registry that is away, says nothing of what was pushed.
      context.report(`${name} was not looked at: ${error.message}`, "warning");
      return old.outputs;
    }
  },
};

async function push(inputs: ImageIndexInputs, { report }: Context): Promise<ImageIndexOutputs> {
  const client = await clientOf(inputs, inputs.registry.push);
  report(`joining ${String(inputs.images.length)} images of ${inputs.service}`);
  return pushIndex(client, inputs, (tag, digest) => {
    report(`${tag}: ${digest}`);
  });
}
