export { type ImageAccess, type ToolOptions, imageName } from "./image";
export { publicKeyOf } from "./publicKey";
export { type Sbom, makeSbom } from "./sbom/makeSbom";
export { assertSbomSubject } from "./sbom/subject";
export { assertSignable } from "./signature/assertSignable";
export { type PlatformSbom, type SignRequest, signImage } from "./signature/signImage";
export {
  type VerifyCommandRequest,
  verifyAttestationCommand,
  verifyCommand,
} from "./signature/verifyCommand";
export { type VerifyPlatform, type VerifyRequest, verifyImage } from "./signature/verifyImage";
export { type Tool, findTool } from "./tools/findTool";
export { type ToolEnvironment, withRegistryLogin } from "./tools/registryLogin";
export { type ToolName } from "./tools/versions";
export * from "./scan";
export * from "./reports";
export { verifyRelease } from "./verifyRelease";
