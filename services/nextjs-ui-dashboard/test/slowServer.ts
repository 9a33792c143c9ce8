/** A server as Next.js makes it: SIGTERM closes it, and it ends when its last connection is gone. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { endOnShutdown, watch } from "../lib/shutdown";

watch();
const server = createServer((request, response) => {
  if (request.url === "/stream") {
    response.write("open");
    endOnShutdown(() => response.end("end"));
  } else {
    setTimeout(() => response.end("slow"), 400);
  }
});
server.keepAliveTimeout = 60_000;
process.on("SIGTERM", () => server.close(() => process.exit(0)));
server.listen(0, "127.0.0.1", () => {
  console.log((server.address() as AddressInfo).port);
});
