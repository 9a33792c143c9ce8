import { createHash } from "node:crypto";
import { bearerToken, type Exchange, sendJson, type Site } from "../exchange";
import { Inventory } from "../inventory";
import { GITHUB_OWNER, githubScopes } from "./ghcr";

const VERSIONS = new RegExp(
  `^/orgs/${GITHUB_OWNER}/packages/container/([^/]+)/versions(?:/(\\d+))?$`,
);

/** api.github.com: the packages of the organisation, whose versions are the manifests. */
export function githubRest(): Site {
  const inventory = new Inventory("ghcr");
  return {
    hosts: ["api.github.com"],
    answer: async (exchange) => {
      const { method, url } = exchange;
      const scopes = githubScopes(bearerToken(exchange) ?? "");
      if (scopes === undefined) {
        fail(exchange, 401, "Bad credentials");
        return;
      }
      if (url.pathname === `/users/${GITHUB_OWNER}`) {
        sendJson(exchange, 200, { login: GITHUB_OWNER, id: 777, type: "Organization" });
        return;
      }
      const [, name = "", id] = VERSIONS.exec(url.pathname) ?? [];
      const repository = `${GITHUB_OWNER}/${decodeURIComponent(name)}`;
      const versions = inventory.list(repository);
      if (name === "" || versions === undefined) {
        fail(exchange, 404, "Not Found");
        return;
      }
      if (!scopes.includes(method === "DELETE" ? "delete:packages" : "read:packages")) {
        fail(exchange, 403, "You need at least delete:packages scope to delete a package.");
        return;
      }
      if (method === "GET") {
        const body = versions.map(({ digest, tags, pushed }) => ({
          id: idOf(digest),
          name: digest,
          created_at: pushed,
          metadata: { package_type: "container", container: { tags } },
        }));
        sendJson(exchange, 200, body);
        return;
      }
      const found = versions.find(({ digest }) => idOf(digest) === Number(id));
      if (found === undefined) {
        fail(exchange, 404, "Not Found");
        return;
      }
      await inventory.removeManifest(repository, found.digest);
      exchange.response.writeHead(204).end();
    },
  };
}

function idOf(digest: string): number {
  return createHash("sha256").update(digest).digest().readUInt32BE(0);
}

function fail(exchange: Exchange, status: number, message: string): void {
  sendJson(exchange, status, { message, documentation_url: "https://docs.github.com/rest" });
}
