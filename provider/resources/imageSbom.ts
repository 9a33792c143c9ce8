import type { ImageSbomInputs, ImageSbomOutputs } from "../../lib/resources/supplyChain";
import {
  attachReport,
  findTool,
  makeSbom,
  reportFolder,
  reportName,
  SPDX_TYPE,
  writeReport,
  writeSummary,
} from "../../lib/supplyChain";
import { clientOf, differs, digestName, imageAccess } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { known } from "../values";
import type { PreviewInputs } from "../values";
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what it is about. */
const DECISIVE = ["repository", "version", "platform", "digest"] as const;

/**
 * One platform's bill of materials: made by syft, filed, and attached to its image, before its version
 * is published. What is published without one stays as it is.
 */
export const imageSbom: ResourceProvider<ImageSbomInputs, ImageSbomOutputs> = {
  check(inputs, context, olds) {
    const isMade = olds === undefined ? !isPublished(inputs) : differs(olds, inputs, DECISIVE);
    // What an earlier run found published may have none: the state alone tells.
    const mayLack = olds?.published === true && !isPublished(inputs);
    if (!isMade && !mayLack) return Promise.resolve([]);
    return findingsOfTool("sbom", () => findTool("syft", toolOptions(context)));
  },

  diff: ({ inputs, outputs }, news) => {
    const isMissing = outputs.attached === undefined && !isPublished(news);
    return Promise.resolve({ changes: isMissing || differs(inputs, news, DECISIVE) });
  },

  async create(inputs, context) {
    const outputs = inputs.published ? leave(inputs, context) : await make(inputs, context);
    return { id: digestName(inputs), outputs };
  },

  update: (_old, news, context) => make(news, context),
};

function isPublished({ published }: PreviewInputs<ImageSbomInputs>): boolean {
  return known<boolean>(published) === true;
}

function leave(inputs: ImageSbomInputs, context: Context): ImageSbomOutputs {
  const { service, version } = inputs;
  context.report(
    `${service} ${version} is published already, so nothing is attached to it`,
    "info",
  );
  return inputs;
}

async function make(inputs: ImageSbomInputs, context: Context): Promise<ImageSbomOutputs> {
  const { registry, repository, service, version, platform, digest } = inputs;
  const image = await imageAccess(inputs, digest, registry.pull);
  const { document, packages, tool } = await makeSbom(image, platform, toolOptions(context));
  const folder = reportFolder(version);
  const name = reportName(service, platform, "spdx.json");
  writeReport(folder, name, document);
  await writeSummary(folder, inputs.images);
  const client = await clientOf(inputs, registry.push);
  const attached = await attachReport(
    client,
    repository,
    { digest },
    {
      artifactType: SPDX_TYPE,
      bytes: document,
      annotations: { "org.opencontainers.image.title": name },
    },
  );
  context.report(`syft ${tool} lists ${String(packages)} packages`, "info");
  return { ...inputs, packages, attached, tool };
}
