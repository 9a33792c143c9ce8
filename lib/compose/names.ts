/** The two sides of a release; a service behind a switch runs as one of them. */
export type Colour = "blue" | "green";

export const COLOURS: readonly Colour[] = ["blue", "green"];

const RESERVED = /-(?:blue|green|switch)$/;

/**
 * Name of the Compose service that a service of the user's is rendered to.
 * @param colour undefined: replaced in place, under its own name
 */
export function renderedName(name: string, colour: Colour | undefined): string {
  return colour === undefined ? name : `${name}-${colour}`;
}

/** Name of the Compose service that carries a service's name and ports. */
export function switchName(name: string): string {
  return `${name}-switch`;
}

/** true: a name that we would give to a rendered service. */
export function isReservedName(name: string): boolean {
  return RESERVED.test(name);
}
