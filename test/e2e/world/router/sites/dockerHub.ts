import { bearerSite } from "../bearerSite";
import type { Site } from "../exchange";
import { PLANTED, type Tokens } from "../tokens";

/** Organisation that owns every repository of the world's Docker Hub. */
export const HUB_ORGANISATION = "acmehub";

/** Access tokens of the organisation, by their text; its name is the user name. */
export const HUB_TOKENS = {
  push: `${PLANTED}dckr-oat-push`,
  pull: `${PLANTED}dckr-oat-pull`,
  pushRotated: `${PLANTED}dckr-oat-push-rotated`,
  pullRotated: `${PLANTED}dckr-oat-pull-rotated`,
};

/** What an access token is called in the organisation's settings. */
const NAMES: ReadonlyMap<string, string> = new Map([
  [HUB_TOKENS.push, "oat-push"],
  [HUB_TOKENS.pushRotated, "oat-push"],
  [HUB_TOKENS.pull, "oat-pull"],
  [HUB_TOKENS.pullRotated, "oat-pull"],
]);

/** Whose token it is. */
export function hubSubject(token: string): string | undefined {
  return NAMES.get(token);
}

/** Names have exactly two parts. */
const NAME = new RegExp(`^${HUB_ORGANISATION}/[a-z0-9][a-z0-9._-]*$`);

/**
 * Docker Hub: tokens of auth.docker.io, flat names, a repository born with its first push, no delete
 * by the distribution API, and the rate limit's headers.
 */
export function dockerHub(tokens: Tokens): Site {
  return bearerSite(
    {
      name: "dockerhub",
      hosts: ["registry-1.docker.io"],
      realm: () => new URL("https://auth.docker.io/token"),
      service: () => "registry.docker.io",
      seconds: 300,
      login: ({ username, password }) => {
        const name = username === HUB_ORGANISATION ? NAMES.get(password) : undefined;
        const message = "incorrect username or password";
        return name ?? { status: 401, code: "UNAUTHORIZED", message };
      },
      may: (subject, repository, action) =>
        NAME.test(repository) &&
        (action === "pull" || (action === "push" && subject === "oat-push")),
      denied: ({ repository }) =>
        NAME.test(repository)
          ? {
              status: 401,
              code: "UNAUTHORIZED",
              message: "access token has insufficient scopes",
            }
          : {
              status: 403,
              code: "DENIED",
              message: "requested access to the resource is denied",
            },
      refuse: ({ action }) =>
        action === "delete"
          ? { status: 405, code: "UNSUPPORTED", message: "The operation is unsupported." }
          : undefined,
      headers: { "ratelimit-limit": "200;w=21600", "ratelimit-remaining": "199;w=21600" },
    },
    tokens,
  );
}
