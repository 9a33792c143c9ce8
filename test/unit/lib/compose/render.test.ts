import assert from "node:assert/strict";
import fc from "fast-check";
import { serviceFacts } from "../../../../lib/compose/facts";
import type { JsonObject } from "../../../../lib/compose/model";
import { renderColour, type ColourOptions } from "../../../../lib/compose/renderColour";
import { renderFile, secretEnvironment } from "../../../../lib/compose/renderFile";
import { renderSwitch } from "../../../../lib/compose/renderSwitch";
import { modelWith } from "./builders";

const IMAGE = `registry.example/web@sha256:${"a".repeat(64)}`;
const PORT = { mode: "ingress", target: 80, published: "8080", protocol: "tcp" };
const UDP = { mode: "ingress", target: 53, published: "53", protocol: "udp" };
const WEB: JsonObject = {
  image: "web:1",
  pull_policy: "always",
  command: ["serve"],
  restart: "always",
  depends_on: { db: { condition: "service_started", required: true } },
  profiles: ["a"],
  "x-hold": false,
  labels: { team: "trading", owner: "them" },
  ports: [PORT],
  deploy: { replicas: 2, update_config: { order: "start-first" } },
  networks: { front: { aliases: ["www"], ipv4_address: "10.0.0.9", priority: 5 }, back: null },
};
const MODEL = modelWith(
  { web: WEB },
  {
    networks: { front: { name: "p_front" }, back: { name: "p_back" }, other: { name: "p_other" } },
    volumes: { data: { name: "p_data" }, unused: { name: "p_unused" } },
    configs: { nginx: { content: "listen $port" }, unused: { content: "" } },
    secrets: {
      token: { name: "p_token", environment: "SECRET_TOKEN", content: "s3cret" },
      unused: { environment: "SECRET_UNUSED", content: "never shown" },
    },
  },
);

function render(options: Partial<ColourOptions> = {}, definition: JsonObject = WEB): JsonObject {
  const model = { ...MODEL, ...modelWith({ web: definition }), networks: MODEL.networks };
  const labels = { owner: "us", generation: "7" };
  return renderColour({
    model,
    name: "web",
    colour: "blue",
    fronted: true,
    image: IMAGE,
    labels,
    ...options,
  });
}

describe("renderColour", () => {
  it("leaves name, addresses and ports to the switch, and pins the image", () => {
    assert.deepEqual(render(), {
      image: IMAGE,
      pull_policy: "never",
      command: ["serve"],
      restart: "always",
      labels: { team: "trading", owner: "us", generation: "7" },
      deploy: { replicas: 2, update_config: { order: "start-first" } },
      networks: { front: { priority: 5 }, back: null },
    });
  });

  it("lets both colours answer to the name where there is no switch", () => {
    assert.deepEqual(render({ fronted: false, colour: "green" }).networks, {
      front: { aliases: ["web", "www"], ipv4_address: "10.0.0.9", priority: 5 },
      back: { aliases: ["web"] },
    });
  });

  it("keeps ports, aliases and addresses of a service in place", () => {
    const { ports, networks } = render({ fronted: false, colour: undefined });
    assert.deepEqual([ports, networks], [WEB.ports, WEB.networks]);
  });

  it("lets namespaces follow the services that run under another name", () => {
    const definition = {
      image: "x",
      network_mode: "service:vpn",
      ipc: "service:vpn",
      pid: "service:db",
      volumes_from: ["vpn:ro", "db", "container:vpn"],
      links: ["db:database", "vpn"],
    };
    const { network_mode, ipc, pid, volumes_from, links } = render(
      { renderedNames: { vpn: "vpn-green" } },
      definition,
    );
    assert.deepEqual(
      [network_mode, ipc, pid, volumes_from, links],
      [
        "service:vpn-green",
        "service:vpn-green",
        "service:db",
        ["vpn-green:ro", "db", "container:vpn"],
        ["db:database"],
      ],
    );
  });

  it("leaves modes that name no service as they are", () => {
    const definition = { image: "x", network_mode: "host", ipc: "shareable", pid: "host" };
    const { network_mode, ipc, pid } = render({}, definition);
    assert.deepEqual([network_mode, ipc, pid], ["host", "shareable", "host"]);
  });
});

describe("renderSwitch", () => {
  const rendered = renderSwitch({
    model: modelWith({ web: { ...WEB, ports: [PORT, UDP] } }),
    facts: serviceFacts("web", MODEL),
    image: IMAGE,
    configVolume: "web-switch-config",
    labels: { role: "switch" },
  });

  it("has the name, aliases and addresses on exactly the service's networks, and its TCP ports", () => {
    assert.deepEqual(rendered.networks, {
      front: { aliases: ["web", "www"], ipv4_address: "10.0.0.9", priority: 5 },
      back: { aliases: ["web"] },
    });
    assert.deepEqual(rendered.ports, [PORT]);
  });

  it("runs without root, capabilities, upstream names or a writable root", () => {
    const { user, read_only, cap_drop, dns, security_opt, sysctls } = rendered;
    assert.deepEqual(
      { user, read_only, cap_drop, dns, security_opt, sysctls },
      {
        user: "65534:65534",
        read_only: true,
        cap_drop: ["ALL"],
        dns: ["127.0.0.1"],
        security_opt: ["no-new-privileges:true"],
        sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      },
    );
  });

  it("comes back by itself, is killed last, and is one process with room for connections", () => {
    const { restart, oom_score_adj, entrypoint, command, ulimits, healthcheck, labels } = rendered;
    assert.deepEqual(
      { restart, oom_score_adj, entrypoint, command, ulimits, healthcheck, labels },
      {
        restart: "unless-stopped",
        oom_score_adj: -500,
        entrypoint: ["haproxy"],
        command: ["-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
        ulimits: { nofile: { soft: 65_536, hard: 65_536 } },
        healthcheck: { disable: true },
        labels: { role: "switch" },
      },
    );
  });
});

describe("renderFile", () => {
  const services = {
    "web-blue": {
      image: IMAGE,
      command: ["echo", "$HOME"],
      networks: { front: null },
      volumes: [
        { type: "volume", source: "data", target: "/data" },
        { type: "volume", source: "config", target: "/config" },
        { type: "bind", source: "/var/log", target: "/log" },
      ],
      configs: [{ source: "nginx", target: "/etc/nginx.conf" }],
      secrets: [{ source: "token" }],
    },
  };

  it("holds only what the services name, with `$` escaped and no secret", () => {
    const text = renderFile(MODEL, services, { config: { name: "p_config" } });
    assert.deepEqual(JSON.parse(text), {
      services: { "web-blue": { ...services["web-blue"], command: ["echo", "$$HOME"] } },
      networks: { front: { name: "p_front" } },
      volumes: { data: { name: "p_data" }, config: { name: "p_config" } },
      configs: { nginx: { content: "listen $$port" } },
      secrets: { token: { name: "p_token", environment: "SECRET_TOKEN" } },
    });
    assert.equal(text.includes("s3cret"), false);
  });

  it("gives Compose the secrets that the services use, and no others", () => {
    assert.deepEqual(secretEnvironment(MODEL, services), { SECRET_TOKEN: "s3cret" });
    assert.deepEqual(secretEnvironment(MODEL, {}), {});
  });

  it("is the same text whatever the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
        const given = extra as JsonObject;
        const turned = Object.fromEntries(Object.entries(given).reverse());
        const one = renderFile(MODEL, { a: { image: "x", labels: given }, b: { image: "y" } });
        const two = renderFile(MODEL, { b: { image: "y" }, a: { labels: turned, image: "x" } });
        assert.equal(one, two);
      }),
    );
  });
});
