import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { fault, ok, warning, type Finding } from "./check";

const GIB = 2 ** 30;
/** Below it not even one of the images fits beside its layers. */
const LEAST_BYTES = GIB;
/** Three services with their build caches want about this much. */
const WANTED_BYTES = 5 * GIB;

/** The least free space of some folders of this machine; folders that are not there do not count. */
export async function diskFinding(folders: readonly string[]): Promise<Finding> {
  const here = [...new Set(folders)].filter((folder) => existsSync(folder));
  const sizes = await Promise.all(
    here.map(async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return { folder, bytes: bavail * bsize };
    }),
  );
  const least = sizes.sort((a, b) => a.bytes - b.bytes)[0];
  return least === undefined ? ok("not told") : freeFinding(least.folder, least.bytes);
}

/** @param bytes free for this user */
export function freeFinding(folder: string, bytes: number): Finding {
  const free = `${(bytes / GIB).toFixed(1)} GiB free in ${folder}`;
  const mend = "`docker system df` shows what can go; `docker builder prune` frees the build cache";
  if (bytes < LEAST_BYTES) return fault(`${free}: too little to build`, mend);
  return bytes < WANTED_BYTES ? warning(free, mend) : ok(free);
}
