import { bearerToken, bodyOf, type Exchange, sendJson, type Site } from "../exchange";
import { Inventory } from "../inventory";
import type { Tokens } from "../tokens";
import { HUB_ORGANISATION, hubSubject } from "./dockerHub";

const LIST = /^\/v2\/namespaces\/([^/]+)\/repositories\/([^/]+)\/tags$/;
const TAG = /^\/v2\/repositories\/([^/]+\/[^/]+)\/tags\/([^/]+)\/$/;
const API = "hub-api";
const SECONDS = 600;

/** hub.docker.com: tags of a repository; a tag can be removed, a manifest cannot. */
export function hubApi(tokens: Tokens): Site {
  const inventory = new Inventory("dockerhub");
  return {
    hosts: ["hub.docker.com"],
    answer: async (exchange) => {
      const { method, url } = exchange;
      if (url.pathname === "/v2/auth/token") return logIn(tokens, exchange);
      const held = tokens.find(API, bearerToken(exchange) ?? "");
      if (held === undefined || held === "expired") {
        fail(exchange, 401, "unauthorized");
        return;
      }
      exchange.subject = held.subject;
      const [, owner, name] = LIST.exec(url.pathname) ?? [];
      if (method === "GET" && owner !== undefined && name !== undefined) {
        listTags(inventory, `${owner}/${name}`, exchange);
        return;
      }
      const [, repository = "", tag = ""] = TAG.exec(url.pathname) ?? [];
      if (method !== "DELETE" || tag === "") {
        fail(exchange, 404, "object not found");
        return;
      }
      if (held.subject !== "oat-push") {
        fail(exchange, 403, "access denied");
        return;
      }
      const was = inventory.removeTag(repository, decodeURIComponent(tag));
      if (!was) {
        fail(exchange, 404, "tag not found");
        return;
      }
      exchange.response.writeHead(204).end();
    },
  };
}

async function logIn(tokens: Tokens, exchange: Exchange): Promise<void> {
  // The documented request; a missing member is a wrong one.
  const { identifier, secret } = JSON.parse((await bodyOf(exchange)).toString()) as {
    readonly identifier?: string;
    readonly secret?: string;
  };
  const subject = identifier === HUB_ORGANISATION ? hubSubject(secret ?? "") : undefined;
  if (subject === undefined) fail(exchange, 401, "Incorrect authentication credentials");
  else sendJson(exchange, 200, { access_token: tokens.issue(API, subject, SECONDS) });
}

function listTags(inventory: Inventory, repository: string, exchange: Exchange): void {
  const held = inventory.list(repository);
  if (held === undefined) {
    fail(exchange, 404, "object not found");
    return;
  }
  const results = held.flatMap(({ digest, tags, pushed }) =>
    tags.map((name) => ({
      name,
      digest,
      last_updated: pushed,
      tag_last_pushed: pushed,
      images: [],
    })),
  );
  sendJson(exchange, 200, { count: results.length, next: null, previous: null, results });
}

function fail(exchange: Exchange, status: number, message: string): void {
  sendJson(exchange, status, { message });
}
