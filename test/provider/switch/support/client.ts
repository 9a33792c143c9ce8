import { Agent, request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";

/** What a test's application answers, as far as a route has it. */
export interface Answer {
  readonly colour?: string;
  readonly from?: string | null;
  readonly peer?: string;
  readonly times?: number;
  readonly reached?: boolean;
  readonly queries?: readonly string[];
}

export interface Asked {
  readonly status: number;
  readonly body: Answer;
  /** The client's own port: the same one on the same connection. */
  readonly localPort: number;
}

export interface AskOptions {
  readonly method?: "GET" | "POST";
  readonly headers?: OutgoingHttpHeaders;
  /** Default: a new connection for this request. */
  readonly agent?: Agent;
  /** Milliseconds. Default: 20,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

/** One request to a port of 127.0.0.1, never sent again. Rejects where no whole answer came. */
export function ask(port: number, path: string, options: AskOptions = {}): Promise<Asked> {
  const method = options.method ?? "GET";
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        ...{ host: "127.0.0.1", port, path, method, headers: options.headers ?? {} },
        agent: options.agent ?? new Agent({ keepAlive: false }),
        timeout: options.timeoutMs ?? TIMEOUT_MS,
      },
      (response) => {
        const localPort = response.socket.localPort ?? 0;
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: bodyOf(text), localPort });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", reject);
    request.end(method === "POST" ? "order=1" : undefined);
  });
}

function bodyOf(text: string): Answer {
  try {
    // The test's application answers in this shape; HAProxy's own error pages are no JSON.
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}

/** The colours that answered `count` requests on new connections, sorted. */
export async function coloursOf(port: number, count = 12): Promise<readonly string[]> {
  const colours = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const { status, body } = await ask(port, "/");
    colours.add(body.colour ?? `status ${status}`);
  }
  return [...colours].sort();
}

/** A connection of bytes that sends text and collects what comes back. */
export interface Wire {
  readonly send: (text: string) => void;
  /** What came until a text is among it; rejects where the connection ends before. */
  readonly until: (text: string) => Promise<string>;
  readonly closed: () => boolean;
  readonly end: () => void;
}

export function openWire(port: number, first = ""): Wire {
  const socket: Socket = connect({ host: "127.0.0.1", port });
  let got = "";
  let over = false;
  socket.setEncoding("utf8").on("data", (chunk: string) => (got += chunk));
  socket.on("error", () => (over = true)).on("end", () => (over = true));
  socket.on("close", () => (over = true));
  if (first !== "") socket.write(first);
  return {
    send: (text) => socket.write(text),
    until: async (text) => {
      const end = Date.now() + TIMEOUT_MS;
      while (!got.includes(text)) {
        if (over || Date.now() > end) throw new Error(`the connection ended with "${got}"`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return got;
    },
    closed: () => over,
    end: () => socket.destroy(),
  };
}

/** The first words of a WebSocket, or of any other protocol that HTTP is upgraded to. */
export const UPGRADE =
  "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
