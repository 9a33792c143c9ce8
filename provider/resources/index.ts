import type { BoundResource } from "../dispatch";

/** Every resource of the plugin, by the last part of its token. */
export const resources: Readonly<Record<string, BoundResource>> = {};
