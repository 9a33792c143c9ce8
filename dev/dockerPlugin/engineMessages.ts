import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { PluginContext } from "../../provider/plugin";
import { recordOf } from "./inputs";
import type { RegistryLogin } from "./registryLogin";

/** One line of the daemon's answer. */
export type EngineMessage = Readonly<Record<string, unknown>>;

/** The login as the Engine API takes it: in the URL alphabet, with its padding. */
export function authHeader(login: RegistryLogin | undefined): Readonly<Record<string, string>> {
  const auth =
    login === undefined
      ? {}
      : { username: login.username, password: login.password, serveraddress: login.server };
  const text = Buffer.from(JSON.stringify(auth)).toString("base64");
  return { "x-registry-auth": text.replaceAll("+", "-").replaceAll("/", "_") };
}

/** The daemon answers with one JSON object a line. */
export async function* messages(response: IncomingMessage): AsyncGenerator<EngineMessage> {
  for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
    if (line.trim() !== "") yield recordOf(JSON.parse(line));
  }
}

/** The daemon's words for what went wrong; undefined where nothing did. */
export function errorOf(message: EngineMessage, status: number | undefined): string | undefined {
  if (typeof message["error"] === "string") return message["error"];
  const refused = status !== undefined && status >= 400;
  if (!refused) return undefined;
  return typeof message["message"] === "string" ? message["message"] : `status ${status}`;
}

/** Bars come many times a second; the user reads four. */
const BAR_INTERVAL_MS = 250;

export function throttled(report: PluginContext["report"]): {
  show: (message: EngineMessage) => void;
} {
  let last = 0;
  return {
    show: (message) => {
      const line = progressOf(message);
      const isBar = message["progress"] !== undefined;
      if (line === undefined || (isBar && Date.now() - last < BAR_INTERVAL_MS)) return;
      last = Date.now();
      report(line);
    },
  };
}

function progressOf(message: EngineMessage): string | undefined {
  const { status, id, progress } = message;
  if (typeof status !== "string") return undefined;
  return [id, status, progress].filter((part) => typeof part === "string").join(" ");
}
