import { request } from "node:http";

/** Asks a world's router something that is no part of any cloud's interface. */
export type Ask = (question: string, parameters?: object) => Promise<unknown>;

/** @param socket path of the router's socket, asked for at each call */
export function controlOf(socket: () => string): Ask {
  return (question, parameters = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(
        { socketPath: socket(), path: `/${question}`, method: "POST" },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          answer.on("end", () => {
            const body: unknown = text === "" ? undefined : JSON.parse(text);
            if (answer.statusCode === 200) resolve(body);
            else reject(new Error(String((body as { message?: unknown } | undefined)?.message)));
          });
        },
      );
      sent.on("error", reject);
      sent.end(JSON.stringify(parameters));
    });
}
