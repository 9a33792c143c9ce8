import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

/** How long requests in flight may take after SIGTERM; the container is killed some seconds later. */
const LIMIT_MS = 10_000;
const SWEEP_MS = 50;

interface Shutdown {
  stopping: boolean;
  readonly servers: Set<Server>;
  readonly streams: Set<() => void>;
}

/** One for the process: Next.js bundles this module once for each place that imports it. */
const KEY = Symbol.for("bot-core.shutdown");
const store = globalThis as { [KEY]?: Shutdown };
const shutdown: Shutdown = (store[KEY] ??= {
  stopping: false,
  servers: new Set(),
  streams: new Set(),
});

/**
 * Calls `end` when the process is told to stop, at once if it was told already. A stream has no end
 * of its own and would hold up the end of the process. Returns how to take it back.
 */
export function endOnShutdown(end: () => void): () => void {
  if (shutdown.stopping) end();
  else shutdown.streams.add(end);
  return () => shutdown.streams.delete(end);
}

/** Ends streams now, connections as they become idle, and whatever is left after `limitMs`. */
export function stop(limitMs = LIMIT_MS): void {
  if (shutdown.stopping) return;
  shutdown.stopping = true;
  for (const end of shutdown.streams) end();
  shutdown.streams.clear();
  // Next.js stops listening and exits when the last connection is closed. Node.js closes those that
  // are idle at that moment, but one that becomes idle later would stay for keepAliveTimeout.
  const each = (action: (server: Server) => void): void => shutdown.servers.forEach(action);
  setInterval(() => each((server) => server.closeIdleConnections()), SWEEP_MS).unref();
  setTimeout(() => each((server) => server.closeAllConnections()), limitMs).unref();
}

/** Learns the process's servers from their requests and stops on SIGTERM and SIGINT. */
export function watch(): void {
  subscribe("http.server.request.start", (message) => {
    shutdown.servers.add((message as { server: Server }).server);
  });
  process.once("SIGTERM", () => stop());
  process.once("SIGINT", () => stop());
}
