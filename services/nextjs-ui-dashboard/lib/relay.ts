import { endOnShutdown } from "./shutdown";

/**
 * Relays a stream until its source ends or fails, `gone` fires, or the process stops. It always ends
 * properly: the browser's EventSource connects again by itself.
 */
export function relay(
  source: ReadableStream<Uint8Array>,
  gone: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let forget = (): void => undefined;
  const cancelSource = (): void => {
    forget();
    gone.removeEventListener("abort", cancelSource);
    // The source may have failed already, which is just as well.
    reader.cancel().catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>({
    start() {
      forget = endOnShutdown(cancelSource);
      gone.addEventListener("abort", cancelSource);
      if (gone.aborted) cancelSource();
    },
    async pull(controller) {
      const chunk = await reader.read().catch(() => ({ done: true as const, value: undefined }));
      if (chunk.done) {
        cancelSource();
        controller.close();
      } else {
        controller.enqueue(chunk.value);
      }
    },
    cancel: cancelSource,
  });
}
