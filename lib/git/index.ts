export { type ReadSourceArgs, readSource } from "./readSource";
