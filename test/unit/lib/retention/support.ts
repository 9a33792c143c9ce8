import type { GraphManifest, RepositoryGraph } from "../../../../lib/retention";
import type { RetentionSettings } from "../../../../lib/settings/settings";

export const NOW = Date.parse("2026-06-01T12:00:00Z");
export const SETTINGS: RetentionSettings = {
  keepVersions: 2,
  untaggedDays: 14,
  prDays: 7,
  deleteOnDestroy: false,
};
export const NOTHING_DEPLOYED = {
  digests: new Map<string, string>(),
  versions: new Map<string, string>(),
};

/** A digest that can be told apart by eye. */
export function digest(name: number | string): string {
  const hex = typeof name === "number" ? name.toString(16) : Buffer.from(name).toString("hex");
  return `sha256:${hex.padStart(64, "0")}`;
}

export interface Written {
  readonly tags?: readonly string[];
  readonly children?: readonly string[];
  readonly subject?: string;
  /** Days before `NOW`. */
  readonly age?: number;
}

/** A repository as a test writes it down: names instead of digests. */
export function graphOf(
  written: Readonly<Record<string, Written>>,
  complete = true,
): RepositoryGraph {
  const manifests = Object.entries(written).map(
    ([name, { tags = [], children = [], subject, age }]) => {
      const manifest: GraphManifest = {
        digest: digest(name),
        tags,
        children: children.map(digest),
        ...(subject === undefined ? {} : { subject: digest(subject) }),
        ...(age === undefined ? {} : { date: NOW - age * 86_400_000 }),
        blobs: new Map([[digest(name), 10]]),
      };
      return [manifest.digest, manifest] as const;
    },
  );
  return { repository: "shop/web", manifests: new Map(manifests), complete };
}

/** The fallback tag of a manifest, by its name. */
export function fallback(name: string): string {
  return digest(name).replace(":", "-");
}

/** The name that a digest was written with. */
export function nameOf(text: string): string {
  return Buffer.from(text.replace(/^sha256:(00)*/, ""), "hex").toString();
}
