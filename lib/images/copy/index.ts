export { copyImage } from "./copyImage";
export type { CopyEnd, CopyOptions, CopyResult, CopyStep, Counts } from "./copyTypes";
export { copyTarget, type CopyTarget, PASSWORD_VARIABLE, USERNAME_VARIABLE } from "./copyTarget";
export { tagsOfDigest } from "./tagsOfDigest";
