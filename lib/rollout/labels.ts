/** Labels on everything that a release puts on a host. They are the only state that is kept there. */
export const LABEL = {
  /** `host.project`; on every object of ours. */
  project: "bot-core.project",
  /** A {@link Role}. */
  role: "bot-core.role",
  /** The user's service name. */
  service: "bot-core.service",
  /** `blue` or `green`. */
  colour: "bot-core.colour",
  /** Hash over everything that decides what runs. */
  spec: "bot-core.spec",
  /** The part of `spec` that is not the image; tells a rollback whose configuration differs. */
  configuration: "bot-core.configuration",
  /** The version whose release made this container. */
  version: "bot-core.version",
  /** Number of the generation that made this container. */
  generation: "bot-core.generation",
  /** Image digest as it was resolved. */
  digest: "bot-core.digest",
  /** Image reference as the Compose file has it, for images of others. */
  reference: "bot-core.reference",
  /** JSON of a generation record. */
  record: "bot-core.record",
  /** Who holds the lock. */
  owner: "bot-core.owner",
  since: "bot-core.since",
  deadline: "bot-core.deadline",
} as const;

/** What a container of ours is for. */
export type Role = "colour" | "switch" | "lock" | "record" | "helper";

export type Colour = "blue" | "green";

export const COLOURS: readonly Colour[] = ["blue", "green"];

export function otherColour(colour: Colour | undefined): Colour {
  return colour === "blue" ? "green" : "blue";
}

/**
 * The Compose project that is rendered. It differs from the name that plain `docker compose` in the
 * user's folder takes, so that an operator's `up --remove-orphans` there cannot remove the release.
 */
export function renderedProject(project: string): string {
  return `${project}-live`;
}

export function lockName(project: string): string {
  return `${project}-lock`;
}

export function recordName(project: string, generation: number): string {
  return `${project}-generation-${generation}`;
}

/** The volume that a switch reads its configuration from. */
export function switchVolume(project: string, service: string): string {
  return `${project}_${service}-switch`;
}
