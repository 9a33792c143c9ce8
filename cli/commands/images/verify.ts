import { isAbsolute, join } from "node:path";
import { resolveCredentials } from "../../../lib/credentials";
import { UserError } from "../../../lib/errors";
import { lookUpVersion } from "../../../lib/images";
import { mapConcurrently } from "../../../lib/registries/contents/concurrency";
import type { VerifyPolicy } from "../../../lib/resources/supplyChain";
import { verifyImage } from "../../../lib/supplyChain";
import type { Command, Outcome } from "../../command";
import { openImages } from "../../registryImages";
import { projectFolder } from "../../stack";
import { plain } from "../../terminal";

/** One service of a version, verified. */
export interface Verified {
  readonly service: string;
  /** `server/path@sha256:…`; without a digest where there is no such version. */
  readonly image: string;
  /** Why a release of it would be refused; absent: it would not. */
  readonly refusal?: { readonly code: string; readonly message: string };
}

const AT_A_TIME = 4;

/** `bot-core images verify VERSION`: what a release would check, without a release. */
export const verify: Command = {
  summary: "whether a version is signed as a release asks for",
  description:
    "Checks for each service what `pulumi up` checks before the host changes: the\n" +
    "signature of config `verify`, the version that was signed, the platforms'\n" +
    "images, and that an attested bill of materials describes its image. Needs cosign.\n" +
    "VERSION is a tag, verbatim.",
  operands: ["VERSION"],
  exitCodes: {
    good: "every service would be deployed",
    fault: "one would be refused, or the registry cannot be asked",
  },
  run: async (invocation) => {
    const [version = ""] = invocation.operands;
    const { services, settings, sources } = await openImages(invocation, "lookUp");
    const { client } = sources;
    const { registry, supplyChain } = settings;
    if (supplyChain.verify.kind === "off") throw nothingAsked();
    const policy = fromFolder(supplyChain.verify, projectFolder(invocation.folder));
    const { endpoint, lookUp } = registry;
    const credentials = await resolveCredentials(lookUp, endpoint.server);
    const verified = await mapConcurrently(
      services,
      AT_A_TIME,
      async ({ service, repository }): Promise<Verified> => {
        invocation.progress.show(`verifying ${service}`);
        const image = `${client.server}/${repository}`;
        const published = await lookUpVersion(client, repository, version);
        if (published === undefined) return { service, image, refusal: missing(version) };
        const { digest, platforms } = published;
        const refusal = await refusalOf(() =>
          verifyImage(
            {
              image: { endpoint, credentials, repository, digest },
              service,
              version,
              platforms: platforms.map((one) => ({ ...one, sbom: "if-attested" as const })),
              policy,
            },
            { signal: invocation.signal },
          ),
        );
        return { service, image: `${image}@${digest}`, ...refusal };
      },
    );
    return verifyOutcome(version, verified);
  },
};

export function verifyOutcome(version: string, services: readonly Verified[]): Outcome {
  const refused = services.filter(({ refusal }) => refusal !== undefined);
  return {
    exitCode: refused.length === 0 ? 0 : 1,
    json: { version, services },
    text: () =>
      services
        .flatMap(({ service, image, refusal }) =>
          refusal === undefined
            ? [`${service}: good`, `  ${image}`]
            : [`${service}: refused (${refusal.code})`, `  ${refusal.message}`],
        )
        .map(plain)
        .join("\n"),
  };
}

async function refusalOf(work: () => Promise<void>): Promise<Pick<Verified, "refusal">> {
  try {
    await work();
    return {};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { refusal: { code: error.code, message: error.message } };
  }
}

/** Files of the settings count from the project's folder, wherever the command is given. */
function fromFolder(policy: VerifyPolicy, folder: string): VerifyPolicy {
  const file = (path: string): string =>
    path.includes("://") || isAbsolute(path) ? path : join(folder, path);
  if (policy.kind === "key") return { ...policy, key: file(policy.key) };
  const { trustedRoot } = policy;
  return { ...policy, ...(trustedRoot === undefined ? {} : { trustedRoot: file(trustedRoot) }) };
}

function missing(version: string): { code: string; message: string } {
  return {
    code: "version-missing",
    message: `${version} is not published; \`npx bot-core images list\` shows what is`,
  };
}

function nothingAsked(): UserError {
  return new UserError(
    "this stack asks for no signature (`bot-core:verify` is off): set it, e.g. " +
      "`pulumi config set --path bot-core:verify.key cosign.pub`, or choose another stack by `--stack NAME`",
    "verify-off",
  );
}
