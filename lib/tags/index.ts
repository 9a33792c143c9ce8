export type { HeldVersions } from "./aliases";
export { branchSlug } from "./branchSlug";
export {
  type ReleaseTag,
  type ReleaseTagsArgs,
  type TagKind,
  aliasesToRead,
  candidateTags,
  releaseTags,
} from "./releaseTags";
export { commitIn, isFloatingAlias, isMovable, isSemverVersion, validateTag } from "./version";
