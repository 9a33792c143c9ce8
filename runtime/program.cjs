"use strict";
/** Lets Node load the program, which is TypeScript, as one bundled file. */
const { join } = require("node:path");
const { bundleText } = require("./bundle.cjs");

const PROGRAM = join(__dirname, "..", "index.ts");
/** The SDK keeps state in its modules: the program and Pulumi's own start share one copy. */
const SHARED = ["@pulumi/*"];
const withoutTypeScript = require.extensions[".js"];

require.extensions[".ts"] = (module, filename) => {
  if (filename !== PROGRAM) return withoutTypeScript(module, filename);
  return module._compile(bundleText(PROGRAM, { external: SHARED }), filename);
};
