import { UserError } from "../errors";
import type { ReleaseInquiry, ServiceInquiry } from "./plan";
import type { ReleaseRecord } from "./record";

/**
 * Refuses a semantic version whose tag stands for other images than when this stack released it: a
 * published version never moves, so somebody has put something else in its place.
 * @param imageName `server/path` of a service today; another one was never released from there
 * @throws UserError `version-moved` naming both images of every such service
 */
export function refuseMoved(
  inquiry: ReleaseInquiry,
  record: ReleaseRecord | undefined,
  imageName: (service: string) => string,
): void {
  if (inquiry.kind !== "semver" || record?.version !== inquiry.version) return;
  const moved = inquiry.services.flatMap((asked) => movedLines(asked, record, imageName));
  if (moved.length === 0) return;
  throw new UserError(
    [
      `\`${inquiry.version}\` was moved in the registry after this stack released it, and a published version never moves:`,
      ...moved,
      "find out who pushed it and put the released images back under the tag, or deploy another version: `pulumi config set version …`",
    ].join("\n"),
    "version-moved",
  );
}

function movedLines(
  { service, published }: ServiceInquiry,
  { services }: ReleaseRecord,
  imageName: (service: string) => string,
): string[] {
  const recorded = services[service];
  if (published === undefined || recorded?.image === undefined) return [];
  const name = imageName(service);
  if (!recorded.image.startsWith(`${name}@`)) return [];
  const now = new Map(published.platforms.map(({ platform, digest }) => [platform, digest]));
  return Object.entries(recorded.platforms).flatMap(([platform, { digest }]) => {
    const found = now.get(platform);
    if (found === digest) return [];
    return [
      `  ${service} (${platform}): released as ${digest}`,
      `  ${" ".repeat(service.length + platform.length + 4)} now       ${found ?? "nothing"}`,
    ];
  });
}
