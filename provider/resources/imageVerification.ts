import type {
  ImageVerificationInputs,
  ImageVerificationOutputs,
  VerifyPolicy,
} from "../../lib/resources/supplyChain";
import { findTool, verifyImage } from "../../lib/supplyChain";
import { publicKeyDigest } from "../../lib/supplyChain/publicKey";
import { differs, digestName, imageAccess } from "../registry";
import type { Context, ResourceProvider } from "../resource";
import { known } from "../values";
import type { MaybeUnknown } from "../values";
import { isOtherKey, readSigned } from "./imageSignature";
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

  diff: ({ inputs, outputs }, news) =>
    Promise.resolve({
      changes:
        differs(inputs, news, DECISIVE) || isOtherKey(outputs.publicKey, keyDigest(news.policy)),
    }),

  async create(inputs, context) {
    return { id: digestName(inputs), outputs: await verify(inputs, context) };
  },

  update: (_old, news, context) => verify(news, context),

  read: readSigned,
};

/** The key's name stays where its file is replaced. */
function keyDigest(policy: MaybeUnknown<VerifyPolicy>): string | undefined {
  const given = known<VerifyPolicy>(policy);
  return given?.kind === "key" ? publicKeyDigest(given.key) : undefined;
}

async function verify(
  inputs: ImageVerificationInputs,
  context: Context,
): Promise<ImageVerificationOutputs> {
  const { registry, version, digest, policy, service } = inputs;
  const image = await imageAccess(inputs, digest, registry.pull);
  const platforms = inputs.platforms.map(({ platform, digest: child, sbom }) => ({
    platform,
    digest: child,
    sbom: sbom !== undefined,
  }));
  await verifyImage({ image, service, version, platforms, policy }, toolOptions(context));
  context.report(`${service} ${version} is signed as it has to be`, "info");
  const publicKey = keyDigest(policy);
  return { ...inputs, ...(publicKey === undefined ? {} : { publicKey }) };
}
