import { bearerToken, type Exchange, sendJson, sendRegistryError } from "../exchange";
import { Inventory } from "../inventory";
import type { Tokens } from "../tokens";

const MANIFESTS = /^\/acr\/v1\/(.+)\/_manifests$/;
const TAG = /^\/acr\/v1\/(.+)\/_tags\/([^/]+)$/;

/** `/acr/v1`: manifests with their tags, and a tag's end. Its tokens are those of the data plane. */
export function answerAcrApi(tokens: Tokens, exchange: Exchange): void {
  const inventory = new Inventory("acr");
  const { method, url } = exchange;
  const held = tokens.find("acr", bearerToken(exchange) ?? "");
  const [, listed] = MANIFESTS.exec(url.pathname) ?? [];
  const [, tagged, tag = ""] = TAG.exec(url.pathname) ?? [];
  const repository = listed ?? tagged ?? "";
  const scope = `${repository}:${method === "DELETE" ? "delete" : "metadata_read"}`;
  if (held === undefined || held === "expired" || held.scopes?.has(scope) !== true) {
    sendRegistryError(exchange, 401, "UNAUTHORIZED", "authentication required");
    return;
  }
  exchange.subject = held.subject;
  const manifests = inventory.list(repository);
  if (manifests === undefined) {
    sendRegistryError(exchange, 404, "NAME_UNKNOWN", "repository name not known to registry");
  } else if (method === "DELETE") {
    const was = inventory.removeTag(repository, decodeURIComponent(tag));
    if (was) exchange.response.writeHead(202).end();
    else sendRegistryError(exchange, 404, "TAG_UNKNOWN", "the specified tag does not exist");
  } else {
    const body = manifests.map(({ digest, tags, pushed }) => ({
      digest,
      createdTime: pushed,
      lastUpdateTime: pushed,
      ...(tags.length === 0 ? {} : { tags }),
    }));
    sendJson(exchange, 200, { imageName: repository, manifests: body });
  }
}
