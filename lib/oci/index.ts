export { canonicalJson } from "./canonicalJson";
export type { RegistryOptions } from "./connection";
export type { Credentials } from "./credentials";
export { digestOf, hexDigestOf, isDigest } from "./digest";
export { isLoopback } from "./endpoint";
export * from "./mediaTypes";
export { type Manifest, type ManifestHead, RegistryClient } from "./registryClient";
