import type { Call, RegistryConnection } from "./connection";
import type { HttpResponse } from "./transport";

const MAX_PAGES = 1000;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
/** A list may take as long as this many single calls. */
const PATIENCE = 5;

export interface PagedCall extends Omit<Call, "target" | "method"> {
  readonly target: string;
  /** For messages, e.g. `list of tags`. */
  readonly list: string;
}

/**
 * The pages of a list, one after another, as the Link headers lead (RFC 8288): on the registry's own
 * origin, each address once, at most 1000 pages and 64 MiB in all. Statuses other than 200 end the list.
 * @throws UserError `registry-answer` for a list that does not end or leads to another host
 */
export async function* pagesOf(
  connection: RegistryConnection,
  { list, ...first }: PagedCall,
): AsyncGenerator<{ readonly call: Call; readonly response: HttpResponse }> {
  const deadline = connection.deadline(PATIENCE);
  const seen = new Set<string>();
  let bytes = 0;
  let target: URL | undefined = new URL(first.target, connection.api);
  while (target !== undefined) {
    const call: Call = { deadline, ...first, method: "GET", target };
    if (seen.has(target.href) || seen.size >= MAX_PAGES || bytes > MAX_TOTAL_BYTES) {
      throw connection.answerError(call, `its ${list} does not end`);
    }
    seen.add(target.href);
    const response = await connection.request(call);
    yield { call, response };
    bytes += response.body.length;
    target = response.status === 200 ? nextPage(connection, call, list, response) : undefined;
  }
}

function nextPage(
  connection: RegistryConnection,
  call: Call,
  list: string,
  { headers: { link } }: HttpResponse,
): URL | undefined {
  const header = Array.isArray(link) ? link.join(",") : (link ?? "");
  const next = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(header)?.[1];
  if (next === undefined) return undefined;
  const url = connection.addressIn(call, next);
  if (url.origin === connection.api.origin) return url;
  throw connection.answerError(call, `its ${list} goes on at \`${url.origin}\``);
}
