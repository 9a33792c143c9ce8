#!/usr/bin/env node
// The door of `npx bot-core`: the commands are TypeScript, run as one bundled file.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { bundleOnRequire } = require("../runtime/bundle.cjs");

try {
  require.resolve("esbuild");
} catch {
  console.error("the packages of this checkout are not installed: run `npm ci` and try again");
  process.exit(1);
}
const main = require.resolve("./main.ts");
bundleOnRequire(main);
require(main);
