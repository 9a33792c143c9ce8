"use client";

import { useEffect, useState } from "react";

export interface Polled<T> {
  /** The last good answer for this address; null before there is one. */
  readonly data: T | null;
  /** Why the latest answer was not good; null when it was. */
  readonly error: string | null;
}

/** Asks `url` again and again, `everyMs` after each answer. */
export function usePolling<T>(url: string, everyMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ data: null, error: null });
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setPolled({ data: null, error: null });
    const poll = async (): Promise<void> => {
      const outcome = await ask(url, leaving.signal);
      if (leaving.signal.aborted) return;
      setPolled(({ data }) =>
        "error" in outcome
          ? { data, error: outcome.error }
          : { data: outcome.body as T, error: null },
      );
      timer = setTimeout(() => void poll(), everyMs);
    };
    void poll();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [url, everyMs]);
  return polled;
}

async function ask(
  url: string,
  signal: AbortSignal,
): Promise<{ body: unknown } | { error: string }> {
  try {
    const answer = await fetch(url, { signal });
    const body: unknown = await answer.json();
    if (answer.ok) return { body };
    const { error } = body as { error?: unknown };
    return { error: typeof error === "string" ? error : `Status ${answer.status}` };
  } catch {
    return { error: "The dashboard's server does not answer" };
  }
}
