"use strict";
// Calls services by name from inside the project's network until SIGTERM, then prints what happened.
// Half of the connections are kept alive, GET and POST by turns, each request with an id of its own;
// a failed request is never sent again. Bounded by MAXIMUM and MAXIMUM_MS, so that a forgotten one ends.
const http = require("node:http");

const URLS = (process.env.CALL ?? "").split(" ");
const CONNECTIONS = Number(process.env.CONNECTIONS ?? "8");
const MAXIMUM = 200_000;
const MAXIMUM_MS = 900_000;

const tally = { requests: 0, failures: [], ids: [], versions: {} };
let running = true;
process.on("SIGTERM", () => (running = false));
setTimeout(() => (running = false), MAXIMUM_MS).unref();

async function lane(number) {
  const agent = new http.Agent({ keepAlive: number % 2 === 0, maxSockets: 1 });
  for (let count = 0; running && tally.requests < MAXIMUM; count += 1) {
    const id = `caller-${number}-${count}`;
    const url = URLS[count % URLS.length];
    const method = (count + (number >> 1)) % 4 < 2 ? "GET" : "POST";
    tally.requests += 1;
    try {
      const version = await send(`${url}?id=${id}`, method, agent);
      tally.ids.push(id);
      tally.versions[version] = (tally.versions[version] ?? 0) + 1;
    } catch (error) {
      tally.failures.push(`${id}: ${method} ${url} ${error.message}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }
  agent.destroy();
}

function send(url, method, agent) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, timeout: 30_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.on("error", reject);
      response.on("close", () => reject(new Error("answer was cut")));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(text).version);
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", reject);
    request.end(method === "POST" ? "{}" : undefined);
  });
}

Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => lane(number))).then(() => {
  console.log(JSON.stringify(tally));
});
