import type { ConfigReader } from "./reader";
import { boolean, oneOf, type Rule } from "./rules";
import type { BuildSettings } from "./settings";
import { dockerHost, platform } from "./words";

const DEFAULT_PLATFORMS = ["linux/amd64", "linux/arm64"] as const;

/** Reads `platforms`, `builders`, `build`, `buildCache`, `push` and `index`. Nothing pushed means no index. */
export function parseBuild(root: ConfigReader): BuildSettings {
  const platforms = root.list("platforms", platform) ?? DEFAULT_PLATFORMS;
  const builders = root
    .objectOrEmpty("builders", ["linux/arm64", "ssh://builder"])
    .map(among(platforms), { ...dockerHost, example: "ssh://builder" });
  const mode = root.read("build", oneOf(["missing", "never"])) ?? "missing";
  const cache = root.read("buildCache", oneOf(["none", "inline"])) ?? "none";
  const push = root.read("push", boolean(true)) ?? true;
  const index = root.read("index", boolean(true)) ?? true;
  return { platforms, builders, mode, cache, push, index: push && index };
}

function among(platforms: readonly string[]): Rule<string> {
  return {
    allowed: `the platforms that are built (${platforms.join(", ")})`,
    parse: (value) => platforms.find((known) => known === value),
  };
}
