export { freedBytes, keyOf, type Sharing } from "./bytes";
export { fallbackSubject, type GraphManifest, type RepositoryGraph } from "./graph";
export type { Deployed } from "./keep";
export { firstRemovals } from "./limit";
export { planRetention, type Removal, type RetentionPlan } from "./plan";
export { type TagClass, classifyTag } from "./tagClass";
export { type Applied, applyRemovals, type Hands } from "./apply";
