import type { ConfigReader } from "./reader";
import { oneOf, type Rule } from "./rules";
import type { HostSettings } from "./settings";
import { dockerHost, pinnedImage, projectFile, projectName } from "./words";

const HOST_EXAMPLE = ["address", "unix:///var/run/docker.sock"] as const;
const DEFAULT_PROJECT = "bot-core";

/** HAProxy 3.0 of Docker's official images, by the digest of its index. */
const DEFAULT_SWITCH_IMAGE =
  "docker.io/library/haproxy:3.0-alpine" +
  "@sha256:7c8dac975b9def049d6585b7efe865486acaa7b6ec5e74eec45f08fde8bb2ad4";

/**
 * Reads `host` and `switchImage`.
 * @param isDeployed false where nothing is published: then there is no host, whatever `host` says
 */
export function parseHost(root: ConfigReader, isDeployed: boolean): HostSettings {
  const switchImage = root.read("switchImage", pinnedImage) ?? DEFAULT_SWITCH_IMAGE;
  const host = readHost(root, isDeployed);
  if (host === undefined) return { kind: "off" };
  const address = host.require("address", dockerHost) ?? "";
  const engine = host.read("engine", oneOf(["compose"], ["swarm"])) ?? "compose";
  const project = host.read("project", projectName) ?? DEFAULT_PROJECT;
  const envFiles = host.list("envFiles", projectFile("production.env")) ?? [];
  host.refuseUnknown();
  if (!isDeployed) return { kind: "off" };
  return { kind: "compose", target: { address, engine, project }, envFiles, switchImage };
}

function readHost(root: ConfigReader, isDeployed: boolean): ConfigReader | undefined {
  if (root.isFalse("host")) {
    root.read("host", hostOrFalse);
    return undefined;
  }
  if (!root.has("host") && isDeployed) root.require("host", hostOrFalse);
  return root.object("host", HOST_EXAMPLE);
}

const hostOrFalse: Rule<false> = {
  allowed: "{address, engine?, project?, envFiles?}, or false to publish only",
  inside: HOST_EXAMPLE,
  parse: (value) => (value === false || value === "false" ? false : undefined),
};
