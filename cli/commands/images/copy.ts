import { resolveCredentials } from "../../../lib/credentials";
import { UserError } from "../../../lib/errors";
import {
  copyImage,
  type CopyEnd,
  type CopyResult,
  copyTarget,
  PASSWORD_VARIABLE,
  tagsOfDigest,
  USERNAME_VARIABLE,
} from "../../../lib/images/copy";
import { registryClient } from "../../../lib/registries/refusals";
import type { Command, Invocation, Outcome } from "../../command";
import { openImages } from "../../registryImages";
import { sizeText } from "../../sizes";
import { table, type Cell } from "../../table";
import { plain } from "../../terminal";
import { shortDigest } from "../../words";

/** One service of a version, and its copy. */
export interface CopiedService {
  readonly service: string;
  /** `server/path` without tag. */
  readonly from: string;
  readonly to: string;
  /** Absent: the service has no such version. */
  readonly result?: CopyResult;
}

/** `bot-core images copy VERSION --to SERVER/NAMESPACE`: a second place to deploy from. */
export const copy: Command = {
  summary: "copy a version to another registry, with what signs it",
  description:
    "Copies every service's images of VERSION, byte for byte: platforms, signatures\n" +
    "and SBOMs, then the tag. What is there already is not sent again, so a broken\n" +
    "copy is mended by the same command. A version's tag is never moved in the target.\n" +
    "The target's login is read from\n" +
    `${USERNAME_VARIABLE} and ${PASSWORD_VARIABLE}, else from the cloud\n` +
    "that the server belongs to, else from docker's store (`docker login SERVER`).\n" +
    "docs/disaster-recovery.md tells how a stack is switched to the copy.",
  operands: ["VERSION"],
  options: {
    to: { value: "PLACE", text: "SERVER/NAMESPACE that the copies go to; has to be given" },
    "all-tags": { text: "put the version's other tags too: latest, v1, v1.0, its commit" },
  },
  exitCodes: {
    good: "every service's images are in the target, also where all were before",
    fault: "a service has no such version, or a registry refuses or cannot be asked",
  },
  run: async (invocation) => {
    const [version = ""] = invocation.operands;
    const { to } = invocation.options;
    if (typeof to !== "string") {
      throw new UserError(
        "`images copy` needs a place: `npx bot-core images copy VERSION --to SERVER/NAMESPACE`",
        "usage",
      );
    }
    const { settings, services, sources } = await openImages(invocation, "lookUp");
    const target = copyTarget(to, settings.registry, process.env);
    const { server } = target.endpoint;
    const credentials = await resolveCredentials(target.credentials, server);
    const client = registryClient(target.endpoint, credentials, { signal: invocation.signal });
    const known = new Map<string, string>();
    const copied: CopiedService[] = [];
    for (const { service, repository } of services) {
      const path = target.namespace === "" ? service : `${target.namespace}/${service}`;
      const ends = {
        from: { client: sources.client, repository },
        to: { client, repository: path },
      };
      const result = await copyService(invocation, service, version, ends, known);
      copied.push({
        service,
        from: nameOf(ends.from),
        to: nameOf(ends.to),
        ...(result === undefined ? {} : { result }),
      });
    }
    return copyOutcome(version, copied);
  },
};

async function copyService(
  { progress, options }: Invocation,
  service: string,
  version: string,
  { from, to }: { readonly from: CopyEnd; readonly to: CopyEnd },
  known: Map<string, string>,
): Promise<CopyResult | undefined> {
  progress.show(`${service}: asking ${from.client.server}`);
  const head = await from.client.headManifest(from.repository, version);
  if (head === undefined) return undefined;
  const others = options["all-tags"] === true ? await tagsOfDigest(from, head.digest) : [];
  let [blobs, bytes] = [0, 0];
  return copyImage(from, to, version, {
    known,
    // VERSION first: where it may not be put, the others are not either.
    tags: [version, ...others.filter((tag) => tag !== version)],
    report: ({ what, how, size }) => {
      if (what === "blob") blobs += 1;
      if (what === "blob" && how === "uploaded") bytes += size;
      progress.show(`${service}: ${blobs} layers done, ${sizeText(bytes)} sent`);
    },
  });
}

/** @throws UserError `version-missing` where no service has it */
export function copyOutcome(version: string, services: readonly CopiedService[]): Outcome {
  if (services.every(({ result }) => result === undefined)) {
    throw new UserError(
      `version \`${version}\` is not published for any service; \`npx bot-core images list\` shows those that are`,
      "version-missing",
    );
  }
  const whole = services.every(({ result }) => result !== undefined);
  return {
    exitCode: whole ? 0 : 1,
    json: { version, services },
    text: (look) =>
      [
        table(COLUMNS, services.map(rowOf), look),
        ...services.flatMap(({ from, result }) =>
          result === undefined ? ["", plain(`${from} has no ${version}: nothing was copied`)] : [],
        ),
      ].join("\n"),
  };
}

const COLUMNS = [
  { title: "SERVICE", flexible: true },
  { title: "DIGEST" },
  { title: "MANIFESTS" },
  { title: "REFERRERS" },
  { title: "LAYERS" },
  { title: "SENT" },
  { title: "TO", flexible: true },
];

function rowOf({ service, to, result }: CopiedService): Cell[] {
  if (result === undefined) return [{ text: service }, { text: "missing", tone: "bad" }];
  const { digest, manifests, referrers, blobs, sentBytes } = result;
  return [
    { text: service },
    { text: shortDigest(digest) },
    ...[manifests, referrers, blobs].map((counts) => ({ text: countsText(counts) })),
    { text: sizeText(sentBytes) },
    { text: to },
  ];
}

/** `3 new`, `3 there`, `1 new 2 there` */
function countsText({ copied, present }: CopyResult["blobs"]): string {
  const parts = [
    ...(copied === 0 ? [] : [`${copied} new`]),
    ...(present === 0 ? [] : [`${present} there`]),
  ];
  return parts.length === 0 ? "-" : parts.join(" ");
}

function nameOf({ client, repository }: CopyEnd): string {
  return `${client.server}/${repository}`;
}
