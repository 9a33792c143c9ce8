"use strict";
/**
 * Lets Node load the program, which is TypeScript, from its bundle. Where none can be made, tsx runs
 * the sources as they stand.
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { bundleOf } = require("./bundle.cjs");

const PROGRAM = join(__dirname, "..", "index.ts");
/** The SDK keeps state in its modules: the program and Pulumi's own start share one copy. */
const SHARED = ["@pulumi/*"];

require.extensions[".ts"] = (module, filename) => {
  const bundle = filename === PROGRAM ? bundleOf(PROGRAM, { external: SHARED }) : undefined;
  if (bundle !== undefined) {
    module._compile(readFileSync(bundle, "utf8"), filename);
    return;
  }
  delete require.extensions[".ts"];
  require("tsx/cjs");
  require.extensions[".ts"](module, filename);
};
