import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Backend } from "./backend";

/** Where the registry behind keeps its repositories, as the world's processes see it. */
const REPOSITORIES = "/run/world/registry/docker/registry/v2/repositories";

/** One manifest that a registry holds, tagged or not. */
export interface Held {
  readonly digest: string;
  readonly tags: readonly string[];
  /** RFC 3339. */
  readonly pushed: string;
}

/**
 * What the clouds' own interfaces list and remove. The distribution specification tells nothing of
 * untagged manifests, so the registry's files are read.
 */
export class Inventory {
  private readonly backend: Backend;

  public constructor(private readonly prefix: string) {
    this.backend = new Backend(prefix);
  }

  /** undefined: there is no such repository. */
  public list(repository: string): readonly Held[] | undefined {
    const folder = this.folderOf(repository);
    if (!existsSync(folder)) return undefined;
    const tags = namesIn(join(folder, "tags")).flatMap((tag) => {
      const link = join(folder, "tags", tag, "current", "link");
      return existsSync(link) ? [{ tag, digest: readFileSync(link, "utf8").trim() }] : [];
    });
    return namesIn(join(folder, "revisions", "sha256")).flatMap((hex) => {
      const link = join(folder, "revisions", "sha256", hex, "link");
      // A manifest that was removed leaves its folder.
      if (!existsSync(link)) return [];
      const digest = `sha256:${hex}`;
      const its = tags.filter((one) => one.digest === digest).map(({ tag }) => tag);
      return [{ digest, tags: its, pushed: statSync(link).mtime.toISOString() }];
    });
  }

  /** Takes a tag away and leaves the manifest. @returns false: there is none */
  public removeTag(repository: string, tag: string): boolean {
    const folder = join(this.folderOf(repository), "tags", tag);
    const was = /^[\w.-]+$/.test(tag) && existsSync(folder);
    if (was) rmSync(folder, { recursive: true });
    return was;
  }

  /** Removes a manifest with its tags. @returns false: there is none */
  public async removeManifest(repository: string, digest: string): Promise<boolean> {
    const found = this.list(repository)?.find((one) => one.digest === digest);
    if (found === undefined) return false;
    for (const tag of found.tags) this.removeTag(repository, tag);
    await this.backend.remove(repository, digest);
    return true;
  }

  private folderOf(repository: string): string {
    if (!/^[a-z0-9._/-]+$/.test(repository) || repository.includes("..")) return "/nowhere";
    return join(REPOSITORIES, this.prefix, repository, "_manifests");
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
