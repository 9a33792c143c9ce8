import { lookUpVersion, type PublishedVersion, findTags } from "../../../lib/images";
import { UserError } from "../../../lib/errors";
import { mapConcurrently } from "../../../lib/registries/contents/concurrency";
import type { Command, Outcome } from "../../command";
import { openImages } from "../../registryImages";
import { sizeText } from "../../sizes";
import { plain } from "../../terminal";

/** One service of a version. */
export interface Inspected {
  readonly service: string;
  /** `server/path` without tag. */
  readonly image: string;
  /** Absent: the service has no such version. */
  readonly published?: PublishedVersion;
  /** Tags that stand for the same image, sorted. */
  readonly tags: readonly string[];
}

const AT_A_TIME = 4;

/** `bot-core images inspect VERSION`: what the registry holds of one version. */
export const inspect: Command = {
  summary: "what the registry holds of one version",
  description:
    "Shows for each service the digest to deploy by, the tags that stand for it, the\n" +
    "commit and the inputs that it was built from, and each platform's digest.\n" +
    "VERSION is a tag, verbatim.",
  operands: ["VERSION"],
  exitCodes: {
    good: "every service has the version",
    fault: "one has not, or the registry cannot be asked",
  },
  run: async (invocation) => {
    const [version = ""] = invocation.operands;
    const { services, sources } = await openImages(invocation, "lookUp");
    const { client } = sources;
    invocation.progress.show(`asking ${client.server}`);
    const found = await mapConcurrently(
      services,
      AT_A_TIME,
      async ({ service, repository }): Promise<Inspected> => {
        const image = `${client.server}/${repository}`;
        const published = await lookUpVersion(client, repository, version);
        if (published === undefined) return { service, image, tags: [] };
        return {
          service,
          image,
          published,
          tags: await findTags(client, repository, version, published),
        };
      },
    );
    return inspectOutcome(version, found);
  },
};

/** @throws UserError `version-missing` where no service has it */
export function inspectOutcome(version: string, services: readonly Inspected[]): Outcome {
  if (services.every(({ published }) => published === undefined)) {
    throw new UserError(
      `version \`${version}\` is not published for any service; \`npx bot-core images list\` shows those that are`,
      "version-missing",
    );
  }
  const whole = services.every(({ published }) => published !== undefined);
  return {
    exitCode: whole ? 0 : 1,
    json: { version, services },
    text: () => services.map((one) => linesOf(version, one).map(plain).join("\n")).join("\n\n"),
  };
}

function linesOf(version: string, { service, image, published, tags }: Inspected): string[] {
  if (published === undefined) return [`${service}: ${image} has no ${version}`];
  const { digest, platforms, revision, inputsDigest, sizeBytes } = published;
  const facts: readonly (readonly [string, string])[] = [
    ["digest", digest],
    ["tags", tags.join(" ")],
    ["commit", revision ?? "-"],
    ["inputs", inputsDigest ?? "-"],
    ["size", `${sizeText(sizeBytes)}, all platforms`],
    ...platforms.map((one) => [one.platform, one.digest] as const),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    `${service}: ${image}:${version}`,
    ...facts.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
  ];
}
