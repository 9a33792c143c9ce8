import type { RolloutSettings } from "../resources/composeHost";
import type { ConfigReader } from "./reader";
import { boolean, integer } from "./rules";

const DAY_SECONDS = 86_400;
const MOST_RELEASES = 100;

/** Reads `rollout`: the host's side of a release. */
export function parseRollout(root: ConfigReader): RolloutSettings {
  const reader = root.objectOrEmpty("rollout", ["drainSeconds", "30"]);
  const drainSeconds = reader.read("drainSeconds", integer(0, DAY_SECONDS, "seconds", 30));
  const soakSeconds = reader.read("soakSeconds", integer(0, DAY_SECONDS, "seconds", 5));
  const timeoutSeconds = reader.read("timeoutSeconds", integer(1, DAY_SECONDS, "seconds", 300));
  const keepReleases = reader.read("keepReleases", integer(1, MOST_RELEASES, "releases", 5));
  const allowVolumeOverlap = reader.read("allowVolumeOverlap", boolean(false));
  reader.refuseUnknown();
  return {
    drainSeconds: drainSeconds ?? 30,
    soakSeconds: soakSeconds ?? 5,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    keepReleases: keepReleases ?? 5,
    allowVolumeOverlap: allowVolumeOverlap ?? false,
  };
}
