/** One manifest of a repository, with what it refers to. */
export interface GraphManifest {
  /** `sha256:…` */
  readonly digest: string;
  readonly tags: readonly string[];
  /** Digests that it names where it is an index. */
  readonly children: readonly string[];
  /** The manifest that it is a referrer of: a signature, an SBOM (image-spec 1.1, `subject`). */
  readonly subject?: string;
  /** When it was pushed or, where the registry does not tell, made. Milliseconds since the epoch. */
  readonly date?: number;
  /** Bytes by digest of all that is stored for it: the manifest itself, its configuration, its layers. */
  readonly blobs: ReadonlyMap<string, number>;
}

/** Everything that is known of one repository. */
export interface RepositoryGraph {
  readonly repository: string;
  /** By digest. References may lead to manifests that are not there. */
  readonly manifests: ReadonlyMap<string, GraphManifest>;
  /** false: untagged manifests are seen only where something names them. */
  readonly complete: boolean;
}

/** Who refers to whom inside a repository; only manifests that are there. */
export interface Relations {
  /** Indexes that name it. */
  readonly parents: (digest: string) => readonly string[];
  /** Manifests that an index names. */
  readonly children: (digest: string) => readonly string[];
  /** Its subject, and the manifests that its `sha256-…` tags stand for. */
  readonly subjects: (digest: string) => readonly string[];
  /** Its referrers, and what stands under its `sha256-…` tags. */
  readonly dependents: (digest: string) => readonly string[];
}

/**
 * The referrers tag schema of distribution-spec 1.1, for registries without the referrers API, and
 * cosign's older tags with `.sig`, `.att` and `.sbom` behind it.
 */
const FALLBACK = /^sha256-([0-9a-f]{64})([.-].+)?$/;

/** The digest that a `sha256-…` tag belongs to; undefined for any other tag. */
export function fallbackSubject(tag: string): string | undefined {
  const hex = FALLBACK.exec(tag)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

export function relationsOf({ manifests }: RepositoryGraph): Relations {
  const parents = new Map<string, string[]>();
  const children = new Map<string, string[]>();
  const subjects = new Map<string, string[]>();
  const dependents = new Map<string, string[]>();
  for (const manifest of manifests.values()) {
    const { digest } = manifest;
    // A manifest that names itself cannot be; a registry that lies may say so.
    const known = (others: readonly string[]): string[] =>
      [...new Set(others)].filter((other) => other !== digest && manifests.has(other));
    for (const child of known(manifest.children)) {
      add(parents, child, digest);
      add(children, digest, child);
    }
    for (const subject of known(namedSubjects(manifest))) {
      add(subjects, digest, subject);
      add(dependents, subject, digest);
    }
  }
  return {
    parents: (digest) => parents.get(digest) ?? [],
    children: (digest) => children.get(digest) ?? [],
    subjects: (digest) => subjects.get(digest) ?? [],
    dependents: (digest) => dependents.get(digest) ?? [],
  };
}

function namedSubjects({ subject, tags }: GraphManifest): string[] {
  return [subject, ...tags.map(fallbackSubject)].filter((named) => named !== undefined);
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/**
 * Everything that is reachable: children of an index, referrers, what stands under fallback tags, and
 * the subject of a referrer, from each of them on.
 */
export function closureOf(
  { manifests }: RepositoryGraph,
  relations: Relations,
  roots: Iterable<string>,
): Set<string> {
  const reached = new Set<string>();
  const open = [...roots];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    const manifest = manifests.get(digest);
    if (manifest === undefined || reached.has(digest)) continue;
    reached.add(digest);
    open.push(...relations.children(digest), ...relations.dependents(digest));
    if (manifest.subject !== undefined) open.push(manifest.subject);
  }
  return reached;
}
