import { z } from "zod";
import { type Answer, call, type GithubAccess } from "./client";

/** Who wrote something, as GitHub names it; null where the account is gone. */
export const Author = z.object({ login: z.string(), type: z.string().nullish() }).nullish();
export type Author = z.infer<typeof Author>;

const Me = z.object({ login: z.string() });

/** Tokens of apps, a workflow's own GITHUB_TOKEN among them. */
const APP_TOKEN = /^ghs_/;

/**
 * Tells what the token's own identity wrote from what others did. An app's token may not ask who it is:
 * what any app wrote counts as its own then, and what a person wrote never does.
 * @param accept as `accepted` of the thing that is asked for
 */
export async function ownAuthor(
  to: GithubAccess,
  accept: (answer: Answer) => Answer,
): Promise<(author: Author) => boolean> {
  const login = await loginOf(to, accept);
  return (author) => {
    // A server that names no author at all leaves it to what the token may change.
    if (author === undefined) return true;
    if (login === undefined) return author?.type === "Bot";
    return author?.login.toLowerCase() === login.toLowerCase();
  };
}

async function loginOf(
  to: GithubAccess,
  accept: (answer: Answer) => Answer,
): Promise<string | undefined> {
  if (APP_TOKEN.test(to.token)) return undefined;
  const answer = await call(to, "GET", "/user");
  if (answer.status === 403 || answer.status === 404) return undefined;
  return Me.safeParse(accept(answer).json).data?.login;
}
