import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves on loopback while `use` runs. */
export async function withServer(
  listener: RequestListener,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
