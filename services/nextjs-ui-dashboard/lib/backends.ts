/** The two services behind the dashboard, reached from the server only. */

export type Backend = "engine" | "ai";

/** Kept below the limits of the proxies in front, so that the browser gets our reason. */
const TIMEOUT_MS = 4000;

const BACKENDS: Record<Backend, { variable: string; address: string; title: string }> = {
  engine: {
    variable: "ENGINE_URL",
    address: "http://rust-core-engine:8080",
    title: "The trading engine",
  },
  ai: { variable: "AI_URL", address: "http://python-ai-service:8000", title: "The AI service" },
};

/** The address of `path` on a backend, from ENGINE_URL or AI_URL as they are when it is asked. */
export function backendUrl(backend: Backend, path: string): URL {
  const { variable, address } = BACKENDS[backend];
  return new URL(path, process.env[variable] || address);
}

export function unavailable(backend: Backend): Response {
  return Response.json({ error: `${BACKENDS[backend].title} does not answer` }, { status: 503 });
}

/**
 * Passes a GET on and its JSON answer back. Only the named query parameters go through; what the
 * backend cannot answer becomes a 503 with a reason.
 */
export async function passOn(
  backend: Backend,
  path: string,
  query: URLSearchParams,
  parameters: readonly string[],
): Promise<Response> {
  const url = backendUrl(backend, path);
  for (const name of parameters) {
    const value = query.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  try {
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await answer.json();
    return Response.json(body, {
      status: answer.status,
      headers: { "Cache-Control": "no-store" },
    });
  } catch {
    return unavailable(backend);
  }
}

/** What a backend says of its own version; null where it does not answer. */
export async function versionOf(
  backend: Backend,
  path: string,
): Promise<{ version: string; instance: string } | null> {
  try {
    const answer = await fetch(backendUrl(backend, path), {
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await answer.json()) as { version?: unknown; instance?: unknown };
    if (!answer.ok || typeof body.version !== "string") return null;
    return {
      version: body.version,
      instance: typeof body.instance === "string" ? body.instance : "",
    };
  } catch {
    return null;
  }
}
