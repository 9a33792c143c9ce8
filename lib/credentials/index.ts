export { resolveCredentials } from "./resolveCredentials";
