import { text, textThat, type Rule } from "./rules";

const HOST = /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(:(\d{1,5}))?$/;
const HIGHEST_PORT = 65_535;

/** `host` or `host:port` of a registry. */
export const serverName: Rule<string> = {
  ...textThat(isServer, "HOST or HOST:PORT, without scheme and path", "registry.example.com"),
  // user:password@host
  hidden: (value) => typeof value === "string" && value.includes("@"),
};

/** Path components of the OCI distribution specification. */
export const namespaceName: Rule<string> = text(
  /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
  "lower-case letters and digits with `.`, `_`, `-` or `/` between them",
  "bot-core",
);

function isServer(value: string): boolean {
  const port = HOST.exec(value)?.[4];
  return HOST.test(value) && (port === undefined || isPort(Number(port)));
}

function isPort(port: number): boolean {
  return port >= 1 && port <= HIGHEST_PORT;
}
