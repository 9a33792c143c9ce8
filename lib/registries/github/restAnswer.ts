import type { z } from "zod";
import { UserError } from "../../errors";

/** An answer of GitHub's REST interface; 404 stands for what is not there. */
export interface RestAnswer {
  readonly code: number;
  /** JSON. */
  readonly body: string;
}

/**
 * What an answer says; undefined for 404.
 * @throws UserError `github-lookup` for another code, or a body of another shape
 */
export function readAnswer<T>(schema: z.ZodType<T>, { code, body }: RestAnswer): T | undefined {
  if (code === 404) return undefined;
  const parsed = schema.safeParse(parseJson(body));
  if (code === 200 && parsed.success) return parsed.data;
  throw new UserError(
    `GitHub answered ${code.toString()} with something that its documentation does not show: ` +
      "see whether GITHUB_BASE_URL points to GitHub, and https://www.githubstatus.com",
    "github-lookup",
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
