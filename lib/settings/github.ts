import type { ConfigReader } from "./reader";
import { notBuilt } from "./rules";
import type { GithubSettings } from "./settings";

/** Reads `github`. It is not built yet, so it is false. */
export function parseGithub(root: ConfigReader): GithubSettings {
  root.read("github", notBuilt);
  return { kind: "off" };
}
