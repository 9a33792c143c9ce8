export { buildIndex, releaseAnnotations } from "./buildIndex";
export { checkAccess } from "./checkAccess";
export { buildTag, platformInputs, platformSuffix } from "./inputsDigest";
export { type PublishedVersion, findBuilt, findTags, lookUpVersion } from "./lookUpVersion";
export { platformText } from "./platform";
export { pruneLocalBuilds } from "./pruneLocalBuilds";
export { type PublishOptions, publishIndex } from "./publishIndex";
export { type StagedContext, type StageOptions, stageContext } from "./stageContext";
export { type TagChange, currentDigests, describeTagChanges, planTags } from "./tagPlan";
