import type {
  ImageVerificationInputs,
  ImageVerificationOutputs,
} from "../../lib/resources/supplyChain";
import { findTool, verifyImage } from "../../lib/supplyChain";
import { differs, digestName, imageAccess } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what it is about. */
const DECISIVE = ["repository", "version", "digest", "platforms", "policy"] as const;

/** The gate before VERSION: the signature and the attestations, checked as everybody else will. */
export const imageVerification: ResourceProvider<
  ImageVerificationInputs,
  ImageVerificationOutputs
> = {
  check(inputs, context, olds) {
    if (olds !== undefined && !differs(olds, inputs, DECISIVE)) return Promise.resolve([]);
    return findingsOfTool("verify", () => findTool("cosign", toolOptions(context)));
  },

  diff: (old, news) => Promise.resolve({ changes: differs(old.inputs, news, DECISIVE) }),

  async create(inputs, context) {
    await verify(inputs, context);
    return { id: digestName(inputs), outputs: inputs };
  },

  async update(_old, news, context) {
    await verify(news, context);
    return news;
  },
};

async function verify(inputs: ImageVerificationInputs, context: Context): Promise<void> {
  const { registry, version, digest, policy, service } = inputs;
  const image = await imageAccess(inputs, digest, registry.pull);
  const platforms = inputs.platforms.map(({ platform, digest: child, sbom }) => ({
    platform,
    digest: child,
    sbom: sbom !== undefined,
  }));
  await verifyImage({ image, service, version, platforms, policy }, toolOptions(context));
  context.report(`${service} ${version} is signed as it has to be`, "info");
}
