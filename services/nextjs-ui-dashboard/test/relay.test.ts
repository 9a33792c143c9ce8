import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { relay } from "../lib/relay";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

/** A source that says "a" and then goes on for ever, and whether it was cancelled. */
function endless() {
  const state = { cancelled: false };
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes("a")),
    cancel: () => {
      state.cancelled = true;
    },
  });
  return { state, source };
}

describe("relay", () => {
  it("passes everything on and ends with its source", async () => {
    const source = new Response("one two").body;
    assert.ok(source);
    assert.equal(await text(relay(source, new AbortController().signal)), "one two");
  });

  it("ends properly when its source fails", async () => {
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("reset")),
    });
    assert.equal(await text(relay(source, new AbortController().signal)), "");
  });

  it("gives its source up when the browser is gone", async () => {
    const { state, source } = endless();
    const gone = new AbortController();
    const relayed = text(relay(source, gone.signal));
    setTimeout(() => gone.abort(), 10);
    assert.equal(await relayed, "a");
    assert.ok(state.cancelled);
  });

  it("gives its source up when it is cancelled, and at once when nobody is there", async () => {
    const first = endless();
    await relay(first.source, new AbortController().signal).cancel();
    assert.ok(first.state.cancelled);
    const second = endless();
    await text(relay(second.source, AbortSignal.abort()));
    assert.ok(second.state.cancelled);
  });
});
