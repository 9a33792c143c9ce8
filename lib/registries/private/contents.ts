import { UserError } from "../../errors";
import type { Contents, RegistryContents, StoredManifest } from "../contents";
import type { ContentsAccess } from "../contents/access";
import { mapConcurrently } from "../contents/concurrency";

const AT_A_TIME = 16;
/** Statuses by which distribution-spec 1.1 lets a registry say that it cannot delete a tag. */
const CANNOT = /\bstatus 40[05]\b/;

/**
 * A registry that has the distribution specification alone: its tags, each asked what it stands for.
 * The manifest is read right away, because who lists wants to know what it refers to.
 */
export function privateContents({ client, reader }: ContentsAccess): RegistryContents {
  const list = async (
    repository: string,
    wanted: (tag: string) => boolean = () => true,
  ): Promise<Contents> => {
    const tags = (await client.listTags(repository)).filter(wanted);
    const digests = await mapConcurrently(tags, AT_A_TIME, (tag) =>
      reader.resolve(repository, tag),
    );
    const byDigest = new Map<string, string[]>();
    for (const [at, digest] of digests.entries()) {
      // A tag that went between list and question is none.
      if (digest === undefined) continue;
      byDigest.set(digest, [...(byDigest.get(digest) ?? []), tags[at] ?? ""]);
    }
    const manifests = [...byDigest].map(([digest, its]): StoredManifest => ({
      digest,
      tags: its.sort(),
    }));
    return { manifests, complete: false };
  };
  return {
    list,
    removeTag: async (repository, tag) => {
      try {
        return await client.deleteManifest(repository, tag);
      } catch (error) {
        if (error instanceof UserError && CANNOT.test(error.message)) return false;
        throw error;
      }
    },
    removeManifest: (repository, digest) => client.deleteManifest(repository, digest),
  };
}
