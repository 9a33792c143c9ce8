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
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what it is about. */
const DECISIVE = ["repository", "version", "platform", "digest"] as const;

/** One platform's bill of materials: made by syft, filed, and attached to its image. */
export const imageSbom: ResourceProvider<ImageSbomInputs, ImageSbomOutputs> = {
  check(inputs, context, olds) {
    if (olds !== undefined && !differs(olds, inputs, DECISIVE)) return Promise.resolve([]);
    return findingsOfTool("sbom", () => findTool("syft", toolOptions(context)));
  },

  diff: (old, news) => Promise.resolve({ changes: differs(old.inputs, news, DECISIVE) }),

  async create(inputs, context) {
    const outputs = await make(inputs, context);
    return { id: digestName(inputs), outputs };
  },

  update: (_old, news, context) => make(news, context),
};

async function make(inputs: ImageSbomInputs, context: Context): Promise<ImageSbomOutputs> {
  const { registry, repository, service, version, platform, digest } = inputs;
  const image = await imageAccess(inputs, digest, registry.pull);
  const { document, packages, tool } = await makeSbom(image, platform, toolOptions(context));
  const folder = reportFolder(version);
  const name = reportName(service, platform, "spdx.json");
  writeReport(folder, name, document);
  await writeSummary(folder);
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
