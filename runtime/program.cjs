"use strict";
/** Lets Node load the program, which is TypeScript, as one bundled file. */
const { join } = require("node:path");
const { bundleOnRequire } = require("./bundle.cjs");

/** The SDK keeps state in its modules: the program and Pulumi's own start share one copy. */
const SHARED = ["@pulumi/*"];

bundleOnRequire(join(__dirname, "..", "index.ts"), { external: SHARED });
