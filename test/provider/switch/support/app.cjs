"use strict";
// What stands behind a switch in these tests: on port 8080 it speaks HTTP, and echoes to whoever speaks
// something else; it calls others on request; and it plays a DNS server that can fall silent.
//   APP_COLOUR   what it answers as its colour
const dgram = require("node:dgram");
const http = require("node:http");
const net = require("node:net");

const COLOUR = process.env.APP_COLOUR ?? "";
const DIAL_MS = 2_000;
const seen = new Map();
const names = { mode: "answer", address: "127.0.0.1", queries: [] };

const ROUTES = {
  "/": (_url, request) => ({
    colour: COLOUR,
    from: request.headers["x-forwarded-for"] ?? null,
    peer: (request.socket.remoteAddress ?? "").replace("::ffff:", ""),
  }),
  "/seen": (url) => ({ times: seen.get(url.searchParams.get("id")) ?? 0 }),
  "/slow": (url) => wait(Number(url.searchParams.get("ms"))).then(() => ({ colour: COLOUR })),
  "/dial": (url) => dial(url.searchParams.get("host"), Number(url.searchParams.get("port"))),
  "/names": (url) => {
    names.mode = url.searchParams.get("mode") ?? names.mode;
    names.address = url.searchParams.get("address") ?? names.address;
    return { queries: names.queries };
  },
};

const web = http.createServer({ maxHeaderSize: 65_536 }, (request, response) => {
  const url = new URL(request.url ?? "/", "http://app");
  if (url.pathname === "/lost") {
    loseAnswer(url.searchParams.get("id"), request);
    return;
  }
  request.resume();
  request.on("end", async () => {
    const value = await ROUTES[url.pathname]?.(url, request);
    response.writeHead(value === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(value ?? {}));
  });
});
// Longer than any connection of these tests stays idle.
web.keepAliveTimeout = 75_000;
web.on("upgrade", (_request, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  socket.on("error", () => undefined).pipe(socket);
});

net
  .createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (first) => {
      if (/^(GET|POST) /.test(first.toString("latin1"))) {
        socket.pause();
        socket.unshift(first);
        web.emit("connection", socket);
        process.nextTick(() => socket.resume());
      } else {
        socket.write(`${COLOUR}:${first.toString("latin1")}`);
        socket.pipe(socket);
      }
    });
  })
  .listen(8080, "0.0.0.0");

/** The work is done, and the answer never comes: what a crash in between looks like. */
function loseAnswer(id, request) {
  request.resume();
  request.on("end", () => {
    seen.set(id, (seen.get(id) ?? 0) + 1);
    request.socket.destroy();
  });
}

function dial(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const settle = (reached) => {
      socket.destroy();
      resolve({ reached });
    };
    socket.setTimeout(DIAL_MS, () => settle(false));
    socket.on("error", () => settle(false)).on("connect", () => settle(true));
  });
}

function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const dns = dgram.createSocket("udp4");
dns.on("message", (query, { address, port }) => {
  const end = query.indexOf(0, 12) + 5;
  const name = nameOf(query);
  names.queries = [...new Set([...names.queries, name])];
  if (names.mode === "silent") return;
  const isA = query.readUInt16BE(end - 4) === 1;
  const found = names.mode === "answer" && isA;
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(names.mode === "refused" ? 0x8185 : 0x8180, 2);
  head.writeUInt16BE(found ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const record = [
    0xc0,
    0x0c,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    1,
    0,
    4,
    ...names.address.split(".").map(Number),
  ];
  const answer = [head, query.subarray(12, end), Buffer.from(found ? record : [])];
  dns.send(Buffer.concat(answer), port, address);
});
dns.bind(53);

function nameOf(query) {
  const labels = [];
  for (let at = 12; query[at] !== 0; at += query[at] + 1) {
    labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
  }
  return labels.join(".");
}
