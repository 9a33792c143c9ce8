export { copyImage } from "./copyImage";
export type { CopyEnd, CopyOptions, CopyResult, CopyStep, Counts } from "./copyTypes";
