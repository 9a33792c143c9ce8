import type { ParsedPreview } from "../preview/preview";

/** How this program's warnings end, or go on, where it did not look at something; by their source. */
export const UNSEEN: Readonly<Record<string, string>> = {
  "provider/resources/composeHost.ts": "the plan is made from state",
  "provider/resources/imageIndex.ts": "was not looked at",
  "provider/resources/imageTags.ts": "was not looked at",
  "lib/release/inquire.ts": "this preview goes on as if nothing were published",
};

/** It warns of nothing but a registry that does not answer. */
const REGISTRY = "botcore:index:RegistryAccess";

/** What a check did not see although it did not fail: no difference is no proof there. */
export function unseenIn({ messages }: ParsedPreview): ParsedPreview["messages"] {
  return messages.filter(
    ({ severity, type, text }) =>
      severity === "warning" &&
      (type === REGISTRY || Object.values(UNSEEN).some((words) => text.includes(words))),
  );
}
