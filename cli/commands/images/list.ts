import { readVersions, type StoredVersion } from "../../../lib/images/inventoryVersions";
import { mapConcurrently } from "../../../lib/registries/contents/concurrency";
import type { Command, Outcome } from "../../command";
import { readDeployment, runningIn, type StackDeployment } from "../../deployed";
import { openImages } from "../../registryImages";
import { sizeText } from "../../sizes";
import { table, type Cell } from "../../table";
import { plain } from "../../terminal";
import { shortDigest } from "../../words";
import { otherStacks, STACKS } from "./stacks";

/** A service's versions, and where its images are. */
export interface ListedService {
  readonly service: string;
  /** `server/path` without tag. */
  readonly image: string;
  readonly versions: readonly (StoredVersion & { readonly runsIn: readonly string[] })[];
}

const REPOSITORIES_AT_A_TIME = 8;

/** `bot-core images list`: the versions that the registry holds. */
export const list: Command = {
  summary: "the versions of each service that the registry holds",
  description:
    "Shows each version with the first 12 characters of its digest, its platforms,\n" +
    "its compressed size (all platforms, each layer once), the date of its source,\n" +
    "other tags that stand for it, and which stack runs it. Builds (`pb-…`), commits\n" +
    "and signatures are left out: `images prune` knows them. Manifests are read,\n" +
    "layers never.",
  options: { stacks: STACKS },
  exitCodes: {
    good: "done, also where there is no version",
    fault: "the registry or the stack cannot be asked",
  },
  run: async (invocation) => {
    const { services, sources } = await openImages(invocation, "lookUp");
    const deployments = await Promise.all(
      otherStacks(invocation).map((one) => readDeployment(one, false)),
    );
    invocation.progress.show(`asking ${sources.client.server}`);
    const listed = await mapConcurrently(
      services,
      REPOSITORIES_AT_A_TIME,
      async ({ service, repository }): Promise<ListedService> => ({
        service,
        image: `${sources.client.server}/${repository}`,
        versions: withPlaces(service, await readVersions(sources, repository), deployments),
      }),
    );
    return listOutcome(listed);
  },
};

function withPlaces(
  service: string,
  versions: readonly StoredVersion[],
  deployments: readonly StackDeployment[],
): ListedService["versions"] {
  return versions.map((version) => ({
    ...version,
    runsIn: runningIn(deployments, service, version.digest),
  }));
}

export function listOutcome(services: readonly ListedService[]): Outcome {
  return {
    exitCode: 0,
    json: { services },
    text: (look) =>
      services
        .map(({ service, image, versions }) =>
          [
            plain(`${service}: ${image}`),
            versions.length === 0
              ? "no version is published"
              : table(COLUMNS, versions.map(rowOf), look),
          ].join("\n"),
        )
        .join("\n\n"),
  };
}

const COLUMNS = [
  { title: "VERSION", flexible: true },
  { title: "DIGEST" },
  { title: "PLATFORMS", flexible: true },
  { title: "SIZE" },
  { title: "CREATED" },
  { title: "RUNS IN", flexible: true },
  { title: "ALSO", flexible: true },
];

function rowOf(version: ListedService["versions"][number]): Cell[] {
  const { tags, digest, platforms, sizeBytes, created, runsIn } = version;
  return [
    { text: version.version },
    { text: shortDigest(digest) },
    { text: orDash(platforms.map(({ platform }) => platform.replace(/^linux\//, "")).join(" ")) },
    { text: sizeText(sizeBytes) },
    { text: created?.slice(0, "2026-01-01".length) ?? "-" },
    { text: orDash(runsIn.join(" ")), ...(runsIn.length === 0 ? {} : { tone: "good" as const }) },
    { text: orDash(tags.join(" ")) },
  ];
}

function orDash(text: string): string {
  return text === "" ? "-" : text;
}
