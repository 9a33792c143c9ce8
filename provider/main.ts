import { messageOf } from "../lib/errors";
import { loadDotenv } from "../lib/settings/dotenv";
import { ResourcePlugin } from "./dispatch";
import { resources } from "./resources";
import { serve } from "./serve";

/** Of the plugin's interface to the program, not of what it deploys. */
const VERSION = "1.0.0";

// Started in the program's folder: a login that stands in `.env` alone is read there too.
loadDotenv(process.cwd(), process.env);
const plugin = new ResourcePlugin(VERSION, "botcore", resources);
serve(plugin, process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
