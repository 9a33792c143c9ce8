import { isHubHost } from "../../registries/hosts";
import { removeCommand, showPath, type Path } from "../mend";
import type { ConfigReader } from "../reader";
import type { PullThroughCache } from "../registrySettings";
import { text, textThat, type Rule } from "../rules";
import type { RegistryInput } from "./input";

/** What a cloud asks of the registries that it copies through. */
export interface CacheRules {
  readonly upstream: Rule<string>;
  /** Name of the upstream's login in that cloud. */
  readonly credential: Rule<string>;
  /** Whether the login's user name stands beside its secret. */
  readonly hasUsername?: true;
  /** Whether that cloud takes an upstream only with a login. */
  readonly needsCredential?: (upstream: string) => boolean;
}

/** Any registry in the internet; Docker Hub by any of its names. */
export const anyUpstream: Rule<string> = hubByOneName(
  textThat(
    (value) => /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(value),
    "the host name of a registry, without a scheme, a port and a path, in lower case",
    "docker.io",
  ),
);

/** As `rule`, with Docker Hub always as `docker.io`. */
export function hubByOneName(rule: Rule<string>): Rule<string> {
  return {
    ...rule,
    // user:password@host
    hidden: (value) => typeof value === "string" && value.includes("@"),
    parse: (value) =>
      rule.parse(typeof value === "string" && isHubHost(value) ? "docker.io" : value),
  };
}

const EXAMPLE = ["upstream", "docker.io"] as const;
const username: Rule<string> = text(/^[^\p{Cc}:]+$/u, "text on one line, without `:`", "USER");

/** Reads `cache`: [{upstream, credential?}], each upstream once. */
export function readCache(input: RegistryInput, rules: CacheRules): readonly PullThroughCache[] {
  const entries = input.reader.objects("cache", EXAMPLE) ?? [];
  const caches = entries.map((entry) => readEntry(input, entry, rules));
  const upstreams = caches.map((cache) => cache?.upstream);
  upstreams.forEach((upstream, position) => {
    if (upstream === undefined || upstreams.indexOf(upstream) === position) return;
    const path: Path = [...input.reader.path("cache"), position];
    input.faults.other(
      showPath([...path, "upstream"]),
      `given ${input.reader.quote("cache", upstream)} twice; allowed: each once`,
      removeCommand(path),
    );
  });
  return caches.filter((cache) => cache !== undefined);
}

function readEntry(
  { faults }: RegistryInput,
  entry: ConfigReader,
  rules: CacheRules,
): PullThroughCache | undefined {
  const upstream = entry.require("upstream", rules.upstream);
  const credential = entry.read("credential", rules.credential);
  const user = rules.hasUsername === true ? entry.read("username", username) : undefined;
  entry.refuseUnknown();
  if (upstream !== undefined && !entry.has("credential")) {
    if (rules.needsCredential?.(upstream) === true) {
      faults.missing(entry.path("credential"), rules.credential, "this upstream asks for a login");
    }
    if (entry.has("username")) {
      faults.missing(entry.path("credential"), rules.credential, "its username is");
    }
  }
  if (rules.hasUsername === true && entry.has("credential") && !entry.has("username")) {
    faults.missing(entry.path("username"), username, "its credential is");
  }
  if (upstream === undefined) return undefined;
  return {
    upstream,
    ...(credential === undefined ? {} : { credential }),
    ...(user === undefined ? {} : { username: user }),
  };
}
