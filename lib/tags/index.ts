export { branchSlug } from "./branchSlug";
export {
  type ReleaseTag,
  type ReleaseTagsArgs,
  type TagKind,
  candidateTags,
  releaseTags,
} from "./releaseTags";
export { isFloatingAlias, isMovable, isSemverVersion, validateTag } from "./version";
