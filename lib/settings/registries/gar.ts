import {
  GCR_LOCATIONS,
  garServer,
  isGcrHost,
  parseGarHost,
  type GcrHost,
} from "../../registries/hosts";
import type { GarCredentialSource } from "../../resources/registry";
import type { GarSettings } from "../registrySettings";
import { boolean, oneOf, type Rule } from "../rules";
import { anyUpstream, readCache } from "./cache";
import {
  garLocation,
  garRepository,
  googleKmsKey,
  googleProject,
  secretVersion,
  serviceAccount,
} from "./googleNames";
import type { RegistryInput } from "./input";
import { Place, type ReferenceGrammar } from "./place";

const DEFAULT_REPOSITORY = "bot-core";

/**
 * Reads `registry` of provider `gar`: {project, location, repository?, pullServiceAccount?, kmsKey?,
 * scanning?, cache?, manage?}. Images are `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/service`.
 * Google's application default credentials push, and pull where no service account is given for that.
 */
export function parseGar(input: RegistryInput): GarSettings | undefined {
  const { reader } = input;
  const place = Place.read(input, REFERENCE, {
    project: reader.read("project", googleProject),
    location: reader.read("location", garLocation),
  });
  const project = place.require("project", googleProject);
  const location = place.require("location", garLocation);
  const repository = place.path("repository", garRepository) ?? DEFAULT_REPOSITORY;
  const details = readDetails(input);
  if (project === undefined || location === undefined) return undefined;
  const namespace = `${pathOfProject(project)}/${repository}`;
  return settingsOf({ server: garServer(location), namespace }, details, {
    project,
    location,
    repository,
  });
}

/**
 * Reads `registry` of provider `gcr`, whose hosts Artifact Registry serves from repositories of the
 * same names: {project, location?, …} as `gar`. Images are `HOST/PROJECT/service`.
 */
export function parseGcr(input: RegistryInput): GarSettings | undefined {
  const { reader } = input;
  const given = reader.read("location", gcrLocation);
  const place = Place.read(input, GCR_REFERENCE, {
    project: reader.read("project", googleProject),
    host: given,
  });
  const project = place.require("project", googleProject);
  const host = place.registry("host") ?? "gcr.io";
  const details = readDetails(input);
  if (project === undefined || !isGcrHost(host)) return undefined;
  return settingsOf({ server: host, namespace: pathOfProject(project) }, details, {
    project,
    location: GCR_LOCATIONS[host],
    repository: host,
  });
}

/** The keys that `gar` and `gcr` have in common. */
function readDetails(
  input: RegistryInput,
): Pick<GarSettings, "pullServiceAccount" | "kmsKey" | "scanning" | "cache" | "manage"> {
  const { reader } = input;
  const pullServiceAccount = reader.read("pullServiceAccount", serviceAccount);
  const kmsKey = reader.read("kmsKey", googleKmsKey);
  const scanning = reader.read("scanning", scanningMode) ?? "inherited";
  const cache = readCache(input, {
    upstream: anyUpstream,
    credential: secretVersion,
    hasUsername: true,
  });
  const manage = reader.read("manage", boolean(true)) ?? true;
  reader.refuseUnknown();
  return {
    ...(pullServiceAccount === undefined ? {} : { pullServiceAccount }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
    scanning,
    cache,
    manage,
  };
}

function settingsOf(
  { server, namespace }: { readonly server: string; readonly namespace: string },
  details: ReturnType<typeof readDetails>,
  place: Pick<GarSettings, "project" | "location" | "repository">,
): GarSettings {
  const endpoint = { server, insecure: false };
  const push: GarCredentialSource = { kind: "gar" };
  const { pullServiceAccount } = details;
  const pull =
    pullServiceAccount === undefined ? push : { ...push, serviceAccount: pullServiceAccount };
  return {
    kind: "gar",
    account: { endpoint, push, pull },
    endpoint,
    lookUp: push,
    namespace,
    separator: "/",
    ...place,
    ...details,
  };
}

const scanningWords = oneOf(["inherited", "off"]);

/** `false` too, as for every feature that is switched off. */
const scanningMode: Rule<GarSettings["scanning"]> = {
  ...scanningWords,
  parse: (value) => scanningWords.parse(value === false || value === "false" ? "off" : value),
};

/** `example.com:project` is `example.com/project` in the names of images. */
function pathOfProject(project: string): string {
  return project.replace(":", "/");
}

/** The project at the beginning of a path, and what is behind it. */
function splitProject(path: string): readonly [project: string, rest: readonly string[]] {
  const [first = "", second = "", ...others] = path.split("/");
  if (first.includes(".")) return [`${first}:${second}`, others];
  return [first, path.split("/").slice(1)];
}

const REFERENCE: ReferenceGrammar = {
  kind: "gar",
  required: ["project", "location"],
  allowed:
    "LOCATION-docker.pkg.dev/PROJECT[/REPOSITORY] without a scheme, in lower case" +
    " (gcr.io's hosts are of provider gcr)",
  example: "europe-west3-docker.pkg.dev/my-project/bot-core",
  parse: ({ host, path }) => {
    const location = parseGarHost(host);
    const [project, [repository, ...rest]] = splitProject(path);
    const isLegal =
      garLocation.parse(location) !== undefined &&
      googleProject.parse(project) !== undefined &&
      (repository === undefined || garRepository.parse(repository) !== undefined);
    if (!isLegal || rest.length > 0) return undefined;
    return { registry: { project, location }, path: { repository } };
  },
};

const GCR_REFERENCE: ReferenceGrammar = {
  kind: "gar",
  required: ["project"],
  allowed: "gcr.io/PROJECT, or us.gcr.io, eu.gcr.io or asia.gcr.io before it, without a scheme",
  example: "eu.gcr.io/my-project",
  parse: ({ host, path }) => {
    const [project, rest] = splitProject(path);
    const isLegal = isGcrHost(host) && googleProject.parse(project) !== undefined;
    return isLegal && rest.length === 0 ? { registry: { project, host }, path: {} } : undefined;
  },
};

const GCR_HOSTS: ReadonlyMap<string, GcrHost> = new Map([
  ["us", "us.gcr.io"],
  ["eu", "eu.gcr.io"],
  ["asia", "asia.gcr.io"],
]);

/** A host of the former Container Registry, or the first part of its name. */
const gcrLocation: Rule<GcrHost> = {
  allowed: "us, eu, asia, gcr.io, us.gcr.io, eu.gcr.io, asia.gcr.io",
  example: "eu",
  candidates: [...GCR_HOSTS.keys(), ...Object.keys(GCR_LOCATIONS)],
  parse: (value) => {
    if (typeof value !== "string") return undefined;
    return isGcrHost(value) ? value : GCR_HOSTS.get(value);
  },
};
