/** A login, in memory only, for as long as it is used. */
export interface Credentials {
  readonly username: string;
  /** Password or token. With the user name `<token>` it is an OAuth2 refresh token (docker's identity token). */
  readonly password: string;
  /** Where it was read, for messages, e.g. `the variables DOCKER_USERNAME and DOCKER_PASSWORD`. Default: unnamed. */
  readonly origin?: string;
}

/** User name by which docker's credential helpers mark an identity token. */
export const IDENTITY_TOKEN_USER = "<token>";

/** Value of a Basic Authorization header (RFC 7617). */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

/** The text without the login's secrets: a registry may echo what it was sent. */
export function redact(text: string, credentials: Credentials | undefined): string {
  if (credentials === undefined || credentials.password === "") return text;
  const basic = basicAuthorization(credentials).slice("Basic ".length);
  return [credentials.password, encodeURIComponent(credentials.password), basic].reduce(
    (rest, secret) => rest.replaceAll(secret, "[secret]"),
    text,
  );
}
