import { messageOf } from "../../lib/errors";
import { serve } from "../../provider/serve";
import { ImagePlugin } from "./imagePlugin";
import { STAND_IN_VERSION } from "./version";

serve(new ImagePlugin(STAND_IN_VERSION), process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
