/** Base images: where a project's Dockerfiles and Compose files name them, and what they stand for today. */
export type { Project } from "./findBases";
export { attachedFindings, type Fixable, reportedFindings } from "./fixable";
export {
  type BaseOutcome,
  type ChangedFile,
  type JudgedBase,
  planRebuild,
  type Rebuild,
  type RebuildOptions,
} from "./rebuild";
export { writeFiles } from "./writeFiles";
