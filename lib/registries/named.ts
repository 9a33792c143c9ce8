import { lookup } from "node:dns/promises";

/**
 * Whether a server has a name yet. A registry of Azure gets its own when it is made: before that there
 * is no server to ask, and nothing can be published there. A name that cannot be looked up at the
 * moment counts as one, so that a fault of the network is told by whoever needs the server.
 * @param server `host[:port]`
 */
export async function isNamed(
  server: string,
  ask: (host: string) => Promise<unknown> = lookup,
): Promise<boolean> {
  try {
    await ask(server.replace(/:\d+$/, ""));
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOTFOUND");
  }
}
