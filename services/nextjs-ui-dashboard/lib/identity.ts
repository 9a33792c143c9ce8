import manifest from "../package.json";

/** The name and version of this source; nothing at build or run time overrides them. */
export const SERVICE = manifest.name;
export const VERSION = manifest.version;
