import { z } from "zod";
import type { Call, RegistryConnection } from "./connection";
import { isTag } from "./names";
import { pagesOf } from "./pages";
import { parseJson } from "./registryErrors";
import type { HttpResponse } from "./transport";

const TagsBody = z.object({ tags: z.array(z.string()).nullish() });
/** The largest page that every registry gives (ECR's limit). */
const PAGE = 1000;

/**
 * All tags of a repository, page by page (distribution-spec 1.1, "Listing Tags"), each once; none for
 * an unknown one.
 * @throws UserError `registry-answer` for a list that does not end or leads to another host
 */
export async function listTags(
  connection: RegistryConnection,
  repository: string,
): Promise<string[]> {
  const tags = new Set<string>();
  const pages = pagesOf(connection, {
    target: `/v2/${repository}/tags/list?n=${PAGE}`,
    action: "pull",
    repository,
    expected: [200, 404],
    list: "list of tags",
  });
  for await (const { call, response } of pages) {
    if (response.status === 200) {
      for (const tag of tagsIn(connection, call, response)) tags.add(tag);
    }
  }
  return [...tags];
}

function tagsIn(
  connection: RegistryConnection,
  call: Call,
  response: HttpResponse,
): readonly string[] {
  const body = TagsBody.safeParse(parseJson(response.body.toString("utf8")));
  if (!body.success) {
    throw connection.answerError(call, "its list of tags is not JSON as specified");
  }
  const tags = body.data.tags ?? [];
  // Tags go into request paths and onto terminals.
  if (tags.every(isTag)) return tags;
  throw connection.answerError(call, "its list of tags holds names that are no tags");
}
