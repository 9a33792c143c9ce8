import { UserError } from "../../errors";
import { isUnknownImage } from "../docker/pull";
import type { Conduct } from "../report";
import { poll } from "../wait";

/** How long a copy may take, and how often it is asked for. */
export interface CopyWait {
  readonly limitMs: number;
  readonly everyMs: number;
}

/** AWS copies most images within minutes and names no bound; then somebody should look. */
const WAIT: CopyWait = { limitMs: 15 * 60_000, everyMs: 5_000 };

/**
 * Pulls from a registry that gets its images from another one: what it does not know yet is waited
 * for. Nothing has changed on the host meanwhile.
 * @param attempt one pull; called again while the registry does not know the image
 * @throws UserError `copy-late` past the limit; any other failure of `attempt` at once
 */
export async function pullCopy(
  reference: string,
  attempt: () => Promise<void>,
  { report, signal }: Conduct,
  { limitMs, everyMs }: CopyWait = WAIT,
): Promise<void> {
  const name = reference.replace(/@sha256:.*/, "");
  const probe = async (): Promise<true | undefined> => {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (!isUnknownImage(error)) throw error;
      report(`waiting for the copy of ${name}`, true);
      return undefined;
    }
  };
  if ((await poll(probe, { signal, limitMs, everyMs })) === true) return;
  throw new UserError(
    `${reference} has not been copied to the region that the host pulls from within ` +
      `${limitMs / 60_000} min; see the copies in the registry's console and run \`pulumi up\` ` +
      "again, or pull from the registry itself: `pulumi config rm --path bot-core:registry.pullFrom`",
    "copy-late",
  );
}
