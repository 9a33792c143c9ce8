import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import { type Answer, call, type GithubAccess } from "./client";

/** Something new on GitHub. */
export interface Creation<T> {
  /** Path of the list that it joins. */
  readonly list: string;
  readonly content: object;
  readonly entry: z.ZodType<T>;
  /** As `accepted` of the thing that is asked for. */
  readonly accept: (answer: Answer) => Answer;
  /** Finds it where it is there already. */
  readonly look: () => Promise<T | undefined>;
}

const ATTEMPTS = 3;

/**
 * Creates one entry of a list, once: GitHub may have done so although it answered with a fault of its
 * own, so that it is looked for before each further attempt.
 * @throws UserError `github-*` with GitHub's own words and what to do
 */
export async function create<T>(to: GithubAccess, creation: Creation<T>): Promise<T> {
  const { list, content, entry, accept, look } = creation;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call(to, "POST", list, content);
    if (answer.status < 500) return entry.parse(accept(answer).json);
    // A list may lag behind what was written.
    await sleep(500 * 2 ** attempt);
    const made = await look();
    if (made !== undefined) return made;
    if (attempt >= ATTEMPTS) return entry.parse(accept(answer).json);
  }
}
