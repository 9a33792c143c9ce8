import { readFileSync } from "node:fs";
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer } from "node:https";
import { createSecureContext } from "node:tls";
import { COMPANY_REGISTRY } from "../hosts";
import { Clouds } from "./clouds";
import { type Exchange, sendJson, type Site } from "./exchange";

/** A world's router: TLS on 443 for every name, and a socket for the tests. */
const FOLDER = "/run/world";

function read(name: string): string {
  return readFileSync(`${FOLDER}/${name}`, "utf8");
}

const company = createSecureContext({ key: read("company.key"), cert: read("company.pem") });
const clouds = new Clouds();

function siteOf(host: string): Site | undefined {
  return clouds.sites.find(({ hosts }) => hosts.includes(host));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const url = new URL(request.url ?? "/", `https://${host}`);
  const exchange: Exchange = { request, response, host, url, method: request.method ?? "GET" };
  response.on("finish", () => {
    const { method, subject = "" } = exchange;
    const agent = /^[^/ ]*/.exec(request.headers["user-agent"] ?? "")?.[0] ?? "";
    const { statusCode: status } = response;
    clouds.log.push({ method, host, path: url.pathname, status, subject, agent });
  });
  const site = siteOf(host);
  if (site === undefined) sendJson(exchange, 404, { message: `nobody is at ${host}` });
  else await site.answer(exchange);
}

createServer(
  {
    key: read("public.key"),
    cert: read("public.pem"),
    SNICallback: (name, done) => {
      done(null, name === COMPANY_REGISTRY ? company : undefined);
    },
  },
  (request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(request.method, request.headers.host, request.url, error);
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  },
).listen(443, "0.0.0.0", () => {
  createPlainServer((request, response) => {
    void control(request, response);
  }).listen(`${FOLDER}/control.sock`);
});

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
    const question = (request.url ?? "/").slice(1);
    const reply = await clouds.ask(question, JSON.parse(text === "" ? "{}" : text));
    response.writeHead(200).end(JSON.stringify(reply ?? null));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    response.writeHead(400).end(JSON.stringify({ message }));
  }
}
