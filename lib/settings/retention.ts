import type { ConfigReader } from "./reader";
import { boolean, integer } from "./rules";
import type { RetentionSettings } from "./settings";

const MOST_VERSIONS = 10_000;
const MOST_DAYS = 3_650;

/** Reads `retention`: the registry's side of keeping and deleting. */
export function parseRetention(root: ConfigReader): RetentionSettings {
  const reader = root.objectOrEmpty("retention", ["keepVersions", "30"]);
  const keepVersions = reader.read("keepVersions", integer(1, MOST_VERSIONS, "versions", 30));
  const untaggedDays = reader.read("untaggedDays", integer(1, MOST_DAYS, "days", 14));
  const prDays = reader.read("prDays", integer(1, MOST_DAYS, "days", 14));
  const deleteOnDestroy = reader.read("deleteOnDestroy", boolean(false));
  reader.refuseUnknown();
  return {
    keepVersions: keepVersions ?? 30,
    untaggedDays: untaggedDays ?? 14,
    prDays: prDays ?? 14,
    deleteOnDestroy: deleteOnDestroy ?? false,
  };
}
