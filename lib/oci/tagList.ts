import { z } from "zod";
import type { Call, RegistryConnection } from "./connection";
import { parseJson } from "./registryErrors";
import type { HttpResponse } from "./transport";

const TagsBody = z.object({ tags: z.array(z.string()).nullish() });
/** The largest page that every registry gives (ECR's limit). */
const PAGE = 1000;
const MAX_PAGES = 1000;

/**
 * All tags of a repository, page by page (distribution-spec 1.1, "Listing Tags"); none for an unknown one.
 * @throws UserError `registry-answer` for a list that does not end or leads to another host
 */
export async function listTags(
  connection: RegistryConnection,
  repository: string,
): Promise<string[]> {
  const tags: string[] = [];
  const seen = new Set<string>();
  let target: string | URL | undefined = `/v2/${repository}/tags/list?n=${PAGE}`;
  while (target !== undefined) {
    const call: Call = { method: "GET", target, action: "pull", repository, expected: [200, 404] };
    if (seen.has(String(target)) || seen.size >= MAX_PAGES) {
      throw connection.answerError(call, "its list of tags does not end");
    }
    seen.add(String(target));
    const response = await connection.request(call);
    if (response.status === 404) return tags;
    tags.push(...tagsIn(connection, call, response));
    target = nextPage(connection, call, response.headers["link"]);
  }
  return tags;
}

function tagsIn(
  connection: RegistryConnection,
  call: Call,
  response: HttpResponse,
): readonly string[] {
  const body = TagsBody.safeParse(parseJson(response.body.toString("utf8")));
  if (body.success) return body.data.tags ?? [];
  throw connection.answerError(call, "its list of tags is not JSON as specified");
}

/** The next page's address out of a Link header (RFC 8288), on the registry's own origin only. */
function nextPage(
  connection: RegistryConnection,
  call: Call,
  link: string | string[] | undefined,
): URL | undefined {
  const header = Array.isArray(link) ? link.join(",") : (link ?? "");
  const next = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(header)?.[1];
  if (next === undefined) return undefined;
  const url = connection.addressIn(call, next);
  if (url.origin === connection.api.origin) return url;
  throw connection.answerError(call, `its list of tags goes on at \`${url.origin}\``);
}
