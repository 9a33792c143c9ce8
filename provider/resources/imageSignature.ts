import { type Finding, UserError } from "../../lib/errors";
import type {
  ImageSignatureInputs,
  ImageSignatureOutputs,
  ImageVerificationInputs,
  SignPolicy,
} from "../../lib/resources/supplyChain";
import {
  assertSignable,
  findTool,
  type PlatformSbom,
  readReport,
  signImage,
} from "../../lib/supplyChain";
import { keyPairDigest } from "../../lib/supplyChain/publicKey";
import { goneOf } from "../../lib/supplyChain/signature/goneOf";
import { clientOf, differs, digestName, imageAccess } from "../registry";
import type { Context, Old, ResourceProvider } from "../resource";
import { known } from "../values";
import type { MaybeUnknown, PreviewInputs } from "../values";
import { findingsOfTool, toolOptions } from "./tools";

/** Inputs that say what it is about. */
const DECISIVE = ["repository", "version", "digest", "platforms", "policy"] as const;

/** The signatures of an index and its images, and the attestations of their bills of materials. */
export const imageSignature: ResourceProvider<ImageSignatureInputs, ImageSignatureOutputs> = {
  check(inputs, context, olds) {
    if (olds !== undefined && !differs(olds, inputs, DECISIVE)) return Promise.resolve([]);
    return signable(inputs, context);
  },

  diff: ({ inputs, outputs }, news) =>
    Promise.resolve({
      changes:
        differs(inputs, news, DECISIVE) || isOtherKey(outputs.publicKey, pairDigest(news.policy)),
    }),

  async create(inputs, context) {
    const outputs = await sign(inputs, context);
    return { id: digestName(inputs), outputs };
  },

  update: (_old, news, context) => sign(news, context),

  read: readSigned,
};

/** The key's name stays where its file is replaced; only who has it there can tell, and sign anew. */
function pairDigest(policy: MaybeUnknown<SignPolicy>): string | undefined {
  const given = known<SignPolicy>(policy);
  return given?.kind === "key" ? keyPairDigest(given.key) : undefined;
}

/**
 * Whether a key is another one than it was. A machine that lacks its file says nothing of it: no
 * change is seen there.
 */
export function isOtherKey(was: string | undefined, is: string | undefined): boolean {
  return was !== undefined && is !== undefined && was !== is;
}

/**
 * As it is in state, as long as the registry has index, signature and attestations: what is put there
 * again has the same digest, and would not be signed or verified anew.
 */
export async function readSigned<I extends ImageSignatureInputs | ImageVerificationInputs, O>(
  { inputs, outputs }: Old<I, O>,
  { report }: Context,
): Promise<O | undefined> {
  const name = digestName(inputs);
  try {
    const gone = await goneOf(await clientOf(inputs, inputs.registry.pull), inputs);
    if (gone === undefined) return outputs;
    report(`${name}: ${gone} is no longer in the registry`, "warning");
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // A token that has ended, or a registry that is away, says nothing of what was signed.
    report(`${name} was not looked at: ${error.message}`, "warning");
    return outputs;
  }
}

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
  const publicKey = pairDigest(policy);
  return { ...inputs, tool, ...(publicKey === undefined ? {} : { publicKey }) };
}
