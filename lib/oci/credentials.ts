/** A login, in memory only, for as long as it is used. */
export interface Credentials {
  readonly username: string;
  /** Password or token. With the user name `<token>` it is an OAuth2 refresh token (docker's identity token). */
  readonly password: string;
  /** Where it was read, for messages, e.g. `the variables DOCKER_USERNAME and DOCKER_PASSWORD`. Default: unnamed. */
  readonly origin?: string;
  /** Further secrets that were made out of it, as a token is, to be taken out of messages. Default: none. */
  readonly derived?: readonly string[];
}

/** User name by which docker's credential helpers mark an identity token. */
export const IDENTITY_TOKEN_USER = "<token>";

/** Value of a Basic Authorization header (RFC 7617). */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

/** A login whose messages are free of further secrets. */
export function withSecrets(
  credentials: Credentials | undefined,
  secrets: readonly string[],
): Credentials | undefined {
  if (secrets.length === 0) return credentials;
  const { username = "", password = "", ...rest } = credentials ?? {};
  return { ...rest, username, password, derived: secrets };
}

/** The text without the login's secrets: a registry may echo what it was sent. */
export function redact(text: string, credentials: Credentials | undefined): string {
  return secretsOf(credentials).reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}

/** Longer ones first: a password may be a part of what was made of it. */
function secretsOf(credentials: Credentials | undefined): readonly string[] {
  if (credentials === undefined) return [];
  const { password, derived = [] } = credentials;
  const own =
    password === ""
      ? []
      : [
          basicAuthorization(credentials).slice("Basic ".length),
          encodeURIComponent(password),
          password,
        ];
  return [...derived, ...own].sort((a, b) => b.length - a.length);
}
