import type * as pulumi from "@pulumi/pulumi";

/** One thing of a registry, as it was found before anything is declared. */
export interface Adoptable {
  /** Id by which the provider imports it. Absent: it does not exist, and is created. */
  readonly id?: string | undefined;
  /** true: this stack's last update declared it, so that its settings are the program's own. */
  readonly recorded: boolean;
  /** Names of inputs whose values may differ from what the program declares. Default: none. */
  readonly mayDiffer?: readonly string[];
  /** true: it outlives its declaration: a `destroy` leaves it as it is. */
  readonly keep: boolean;
}

/**
 * Resource options by which a thing that exists is taken over instead of created a second time.
 *
 * The engine ignores `import` where the state holds that very id, so it is always given. It refuses
 * an import whose inputs differ from what exists (`inputs to import do not match`): settings that may
 * differ are left as they are by the run that adopts, and the next `up`, whose record holds the
 * thing, brings them.
 */
export function adoptOptions({
  id,
  recorded,
  mayDiffer = [],
  keep,
}: Adoptable): pulumi.CustomResourceOptions {
  return {
    ...(id === undefined ? {} : { import: id }),
    ...(isAdopted({ id, recorded }) && mayDiffer.length > 0
      ? { ignoreChanges: [...mayDiffer] }
      : {}),
    ...(keep ? { retainOnDelete: true } : {}),
  };
}

/** true: it exists, and this stack does not hold it yet. */
export function isAdopted({ id, recorded }: Pick<Adoptable, "id" | "recorded">): boolean {
  return id !== undefined && !recorded;
}

/**
 * The line for a run that adopts; undefined where it adopts nothing.
 * @param names of what exists already, e.g. `bot-core/web`
 */
export function adoptionNote(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return (
    `${[...names].sort().join(", ")}: there already, taken over as it is; ` +
    "settings that differ follow with the next `pulumi up`"
  );
}
