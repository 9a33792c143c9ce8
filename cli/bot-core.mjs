#!/usr/bin/env node
// The door of `npx bot-core`: the commands are TypeScript, run as it stands in this same process.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

function typescript() {
  try {
    return require("tsx/cjs/api");
  } catch {
    console.error("the packages of this checkout are not installed: run `npm ci` and try again");
    return process.exit(1);
  }
}

typescript().register();
require("./main.ts");
