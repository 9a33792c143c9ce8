import { backendUrl, unavailable } from "../../../../lib/backends";
import { relay } from "../../../../lib/relay";

export const dynamic = "force-dynamic";

/** The engine's live prices as server-sent events. */
export async function GET(request: Request): Promise<Response> {
  try {
    const source = await fetch(backendUrl("engine", "/api/market/stream"), {
      cache: "no-store",
      headers: { Accept: "text/event-stream" },
      signal: request.signal,
    });
    if (!source.ok || source.body === null) return unavailable("engine");
    return new Response(relay(source.body, request.signal), {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store, no-transform",
        // nginx would otherwise collect the messages into blocks.
        "X-Accel-Buffering": "no",
      },
    });
  } catch {
    return unavailable("engine");
  }
}
