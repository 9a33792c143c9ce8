import { GOOGLE_OPERATOR } from "../cloud/gcp";
import { bearerToken, type Exchange, sendJson, type Site } from "../exchange";
import { Inventory } from "../inventory";
import type { Tokens } from "../tokens";

const PART =
  /^(\/v1\/projects\/([^/]+)\/locations\/[^/]+\/repositories\/([^/]+)\/packages\/([^/]+))\/(versions|tags)(?:\/([^/]+))?$/;

/** artifactregistry.googleapis.com: versions and tags of a package. */
export function googleRest(tokens: Tokens): Site {
  const inventory = new Inventory("gar");
  return {
    hosts: ["artifactregistry.googleapis.com"],
    answer: async (exchange) => {
      const held = tokens.find("google", bearerToken(exchange) ?? "");
      if (held === undefined || held === "expired") {
        fail(exchange, 401, "UNAUTHENTICATED", "invalid authentication credentials");
        return;
      }
      exchange.subject = held.subject;
      const [, base = "", project, name, item = "", kind, id = ""] =
        PART.exec(exchange.url.pathname) ?? [];
      const repository = `${project ?? ""}/${name ?? ""}/${decodeURIComponent(item)}`;
      const versions = inventory.list(repository);
      if (versions === undefined) {
        fail(exchange, 404, "NOT_FOUND", "not found");
        return;
      }
      const root = base.slice("/v1/".length);
      if (exchange.method === "GET") {
        const body =
          kind === "tags"
            ? {
                tags: versions.flatMap(({ digest, tags }) =>
                  tags.map((tag) => ({
                    name: `${root}/tags/${tag}`,
                    version: `${root}/versions/${digest}`,
                  })),
                ),
              }
            : {
                versions: versions.map(({ digest, pushed }) => ({
                  name: `${root}/versions/${digest}`,
                  createTime: pushed,
                })),
              };
        sendJson(exchange, 200, body);
        return;
      }
      if (held.subject !== GOOGLE_OPERATOR) {
        fail(exchange, 403, "PERMISSION_DENIED", "artifactregistry.versions.delete denied");
        return;
      }
      const was =
        kind === "tags"
          ? inventory.removeTag(repository, decodeURIComponent(id))
          : await inventory.removeManifest(repository, decodeURIComponent(id));
      if (!was) {
        fail(exchange, 404, "NOT_FOUND", "not found");
        return;
      }
      sendJson(exchange, 200, { name: `${root}/operations/1`, done: true });
    },
  };
}

function fail(exchange: Exchange, code: number, status: string, message: string): void {
  sendJson(exchange, code, { error: { code, message, status } });
}
