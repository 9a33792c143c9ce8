import type { Finding } from "../../lib/errors";
import type {
  ImageSignatureInputs,
  ImageSignatureOutputs,
  SignPolicy,
} from "../../lib/resources/supplyChain";
import {
  assertSignable,
  findTool,
  type PlatformSbom,
  readReport,
  signImage,
} from "../../lib/supplyChain";
import { clientOf, differs, digestName, imageAccess } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { known } from "../values";
import type { PreviewInputs } from "../values";
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what it is about. */
const DECISIVE = ["repository", "version", "digest", "platforms", "policy"] as const;

/** The signatures of an index and its images, and the attestations of their bills of materials. */
export const imageSignature: ResourceProvider<ImageSignatureInputs, ImageSignatureOutputs> = {
  check(inputs, context, olds) {
    if (olds !== undefined && !differs(olds, inputs, DECISIVE)) return Promise.resolve([]);
    return signable(inputs, context);
  },

  diff: (old, news) => Promise.resolve({ changes: differs(old.inputs, news, DECISIVE) }),

  async create(inputs, context) {
    const outputs = await sign(inputs, context);
    return { id: digestName(inputs), outputs };
  },

  update: (_old, news, context) => sign(news, context),
};

/** Told before anything is built: here nobody can sign, or with nothing. */
async function signable(
  inputs: PreviewInputs<ImageSignatureInputs>,
  context: Context,
): Promise<readonly Finding[]> {
  const policy = known<SignPolicy>(inputs.policy);
  const tool = await findingsOfTool("sign", () => findTool("cosign", toolOptions(context)));
  if (policy === undefined) return tool;
  const key = await findingsOfTool("sign", () => assertSignable(policy, process.env));
  // To open a key takes the tool too: what is missing is told once.
  const told = new Set(tool.map(({ message }) => message));
  return [...tool, ...key.filter(({ message }) => !told.has(message))];
}

async function sign(
  inputs: ImageSignatureInputs,
  context: Context,
): Promise<ImageSignatureOutputs> {
  const { registry, repository, service, version, digest, policy } = inputs;
  const image = await imageAccess(inputs, digest, registry.push);
  const client = await clientOf(inputs, registry.push);
  const platforms = await Promise.all(
    inputs.platforms.map(async ({ platform, digest: child, sbom }): Promise<PlatformSbom> => {
      // From the registry, not from a file: this may be another machine than the one that made it.
      const document =
        sbom === undefined ? {} : { sbom: await readReport(client, repository, sbom) };
      return { platform, digest: child, ...document };
    }),
  );
  const { tool } = await signImage({ image, platforms, policy }, toolOptions(context));
  const attested = platforms.filter(({ sbom }) => sbom !== undefined).length;
  context.report(
    `cosign ${tool} signed ${service} ${version}, ${String(attested)} bills of materials attested`,
    "info",
  );
  return { ...inputs, tool };
}
