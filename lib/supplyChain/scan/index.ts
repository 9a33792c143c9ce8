export {
  type IgnoredFinding,
  type ScanFinding,
  type ScanReport,
  type Verdict,
  countsText,
} from "./findings";
export { judge } from "./gate";
export { assertNoneExpired, expiredIgnores, parseIgnoreFile } from "./ignoreFile";
export { type RefusedImage, refusal } from "./refusal";
export { type SarifSubject, finishSarif, sarifCategory } from "./sarif";
export { countSarif } from "./sarifCounts";
export { isSamePolicy } from "./samePolicy";
export { pickScanner, scanImage } from "./scanImage";
export { today } from "./today";
