import assert from "node:assert/strict";
import type { LoadOptions } from "../../../lib/compose";
import { loadFiles, textsOf } from "./project";

interface Case {
  readonly title: string;
  readonly compose: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Partial<LoadOptions>;
  /** All errors, in order. */
  readonly errors: readonly string[];
}

const START_FIRST = "deploy: {update_config: {order: start-first}}";
const HEALTH = "healthcheck: {test: [CMD, check]}";
const MEND_VARIABLE = "set it in .env, in config `environment` or in the shell";
const MEND_BUILD =
  "is not supported by docker.Image; use context, dockerfile, args, target and network, and do the rest in the Dockerfile";
const DOCKERFILE = { "web/Dockerfile": "FROM scratch\n" };

function web(lines: string): string {
  return `services:\n  web:\n    image: nginx\n    ${HEALTH}\n    ${lines}\n`;
}

const CASES: readonly Case[] = [
  {
    title: "YAML that does not parse",
    compose: "services:\n  web:\n    image: nginx\n   ports: [\n",
    errors: [
      "compose.yml:4: is no YAML: All mapping items must start at the same column",
      "compose.yml:5: is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  },
  {
    title: "a key twice",
    compose: "services:\n  web:\n    image: a\n    image: b\n",
    errors: ["compose.yml:4: is no YAML: Map keys must be unique"],
  },
  {
    title: "an anchor that nothing defines",
    compose: "services:\n  web:\n    image: nginx\n    logging: *logging\n",
    errors: ["compose.yml:4: anchor `logging` is not defined above; define it as `&logging`"],
  },
  {
    title: "no service",
    compose: "services:\n  web: {image: nginx, profiles: [edge]}\n",
    errors: [
      "compose.yml:1: there is no service, or all are behind profiles; define one, or set COMPOSE_PROFILES in config `environment`",
    ],
  },
  {
    title: "names that every object has",
    compose: web("networks: [toString]"),
    errors: [
      "compose.yml:5: network `toString` is not defined; add it under top-level `networks`, or name the file that defines it in `composeFiles`",
    ],
  },
  {
    title: "an env file of the host that is missing",
    compose: web(""),
    options: { envFiles: ["prod.env"] },
    errors: ["prod.env: env file does not exist; create it, or correct `host.envFiles`"],
  },
  {
    title: "an undefined network, volume, config and secret, at once",
    compose: web(
      "networks: [back]\n    volumes: ['data:/data']\n    configs: [nginx]\n    secrets: [token]",
    ),
    errors: ["network", "volume", "config", "secret"].map((noun, index) => {
      const name = ["back", "data", "nginx", "token"][index] ?? "";
      return `compose.yml:${index + 5}: ${noun} \`${name}\` is not defined; add it under top-level \`${noun}s\`, or name the file that defines it in \`composeFiles\``;
    }),
  },
  {
    title: "an override file used alone",
    compose: web("networks:\n      backend: {aliases: [www]}"),
    errors: [
      "compose.yml:6: network `backend` is not defined; add it under top-level `networks`, or name the file that defines it in `composeFiles`",
    ],
  },
  {
    title: "a host port published twice, across addresses, ranges and services",
    compose: `${web("ports: ['8080:80', '127.0.0.1:9000-9001:9000-9001']")}  api:
    image: api
    ${HEALTH}
    ports:
      - "127.0.0.1:8080:80"
      - "9001:1"
      - "8080:80/udp"
      - "127.0.0.2:9000:9000"
`,
    errors: [
      "compose.yml:10: host port 127.0.0.1:8080/tcp is published by `web` too; publish each address, port and protocol once",
      "compose.yml:11: host port 9001/tcp is published by `web` too; publish each address, port and protocol once",
    ],
  },
  {
    title: "replicas that publish one port",
    compose: web("ports: ['8080:80']\n    deploy: {replicas: 2}"),
    errors: [
      "compose.yml:5: host port 8080 cannot be published by 2 replicas; use `update_config.order: start-first` or `x-hold: true`, whose switch publishes it once, or leave the host port out",
    ],
  },
  {
    title: "container_name with replicas",
    compose: web("container_name: shop\n    deploy: {replicas: 3}"),
    errors: [
      "compose.yml:5: `container_name: shop` allows one container and `web` has 3 replicas; remove `container_name`",
    ],
  },
  {
    title: "container_name with start-first",
    compose: web(`container_name: shop\n    ${START_FIRST}`),
    errors: [
      "compose.yml:5: `container_name: shop` allows one container and start-first runs two for a moment; remove `container_name`, or use `order: stop-first`",
    ],
  },
  {
    title: "required variables, all of them, and what else is wrong",
    compose:
      "services:\n  web:\n    image: nginx:${TAG:?which nginx}\n    command: ${MODE:?}\n    networks: [back]\n",
    errors: [
      `compose.yml:3: \`TAG\` is required and not set (which nginx); ${MEND_VARIABLE}`,
      `compose.yml:4: \`MODE\` is required and not set; ${MEND_VARIABLE}`,
      "compose.yml:5: network `back` is not defined; add it under top-level `networks`, or name the file that defines it in `composeFiles`",
    ],
  },
  {
    title: "a service without image and build",
    compose: "services:\n  web:\n    command: serve\n",
    errors: ["compose.yml:2: service `web` has neither `image` nor `build`; give one of them"],
  },
  {
    title: "build keys that docker.Image has not",
    compose: `services:
  web:
    ${HEALTH}
    build:
      context: web
      secrets: [token]
      ssh: [default]
      additional_contexts: {base: ../base}
      dockerfile_inline: FROM scratch
      cache_to: [type=inline]
      labels: {a: b}
secrets: {token: {environment: TOKEN}}
`,
    files: DOCKERFILE,
    errors: [
      "secrets",
      "ssh",
      "additional_contexts",
      "dockerfile_inline",
      "cache_to",
      "labels",
    ].map((key, index) => `compose.yml:${index + 6}: \`build.${key}\` ${MEND_BUILD}`),
  },
  {
    title: "a build context that is an address",
    compose: `services:\n  web:\n    ${HEALTH}\n    build: https://github.com/a/b.git\n`,
    errors: [
      "compose.yml:4: build context `https://github.com/a/b.git` is an address; give a folder",
    ],
  },
  {
    title: "VERSION and GIT_SHA as build args",
    compose: `services:\n  web:\n    ${HEALTH}\n    build:\n      context: web\n      args:\n        - A=\${VERSION}\n        - GIT_SHA\n        - "B=$\${VERSION}"\n`,
    files: DOCKERFILE,
    errors: [
      "compose.yml:7: build arg with `VERSION` makes each release another image; remove it, a service knows its version from its own source",
      "compose.yml:8: build arg with `GIT_SHA` makes each release another image; remove it, a service knows its version from its own source",
    ],
  },
  ...["blue", "green", "switch"].map((suffix) => ({
    title: `a service named *-${suffix}`,
    compose: `services:\n  web-${suffix}:\n    image: nginx\n`,
    errors: [
      `compose.yml:2: service name \`web-${suffix}\` is one of those that we render (\`*-blue\`, \`*-green\`, \`*-switch\`); rename it`,
    ],
  })),
  {
    title: "a profile forgotten",
    compose: `${web("depends_on: [gateway]")}  gateway:\n    image: kong\n    profiles: [edge]\n`,
    errors: [
      "compose.yml:5: service `web` depends on `gateway`, which is behind profile `edge`; set COMPOSE_PROFILES=edge in config `environment`, or write `required: false` there",
    ],
  },
  {
    title: "an undefined service that another depends on",
    compose: web("depends_on: [db]"),
    errors: [
      "compose.yml:5: service `web` depends on `db`, which is not defined; define it, or name the file that defines it in `composeFiles`",
    ],
  },
  {
    title: "services that depend on each other",
    compose: `${web("depends_on: [api]")}  api:\n    image: api\n    depends_on: [web]\n`,
    errors: [
      "compose.yml:5: services depend on each other (api -> web -> api); remove one of these dependencies",
    ],
  },
  {
    title: "start-first on a volume that is written",
    compose: `${web(`${START_FIRST}\n    volumes: ['data:/data', 'data:/copy:ro', '/anonymous']`)}volumes: {data: {}}\n`,
    errors: [
      "compose.yml:6: volume `data` would be written by the old and the new `web` at once (start-first); mount it `:ro`, use `order: stop-first`, or allow it with config `rollout.allowVolumeOverlap`",
    ],
  },
  {
    title: "start-first on the host's network",
    compose: web(`${START_FIRST}\n    network_mode: host`),
    errors: [
      "compose.yml:6: `network_mode: host` leaves no room for a switch, which start-first needs; use networks, or `order: stop-first`",
    ],
  },
  {
    title: "start-first with UDP",
    compose: web(`${START_FIRST}\n    ports: ['53:53/udp']`),
    errors: [
      "compose.yml:6: port 53/udp cannot be behind a switch, which start-first needs; use `order: stop-first`, or move the port to a service of its own",
    ],
  },
  {
    title: "start-first with x-hold",
    compose: web(`${START_FIRST}\n    x-hold: true\n    expose: ['80']`),
    errors: [
      "compose.yml:6: `x-hold: true` holds requests while the service is stopped, and `order: start-first` never stops it; keep one of them",
    ],
  },
  {
    title: "a link that passes a switch",
    compose: `${web(`${START_FIRST}\n    expose: ['80']`)}  api:\n    image: api\n    links: ["web:www"]\n`,
    errors: [
      "compose.yml:9: link `web:www` would pass the switch of `web`; give `web` the network alias `www` instead",
    ],
  },
  {
    title: "an unknown restart policy",
    compose: web("restart: sometimes"),
    errors: [
      "compose.yml:5: `restart: sometimes` is not known; use no, always, unless-stopped or on-failure",
    ],
  },
  {
    title: "a config and a secret that only Swarm has",
    compose: `${web("configs: [nginx]\n    secrets: [token]")}configs: {nginx: {external: true}}\nsecrets: {token: {external: true}}\n`,
    errors: [
      "compose.yml:7: config `nginx` is external, which only Swarm has; give `file` or `environment`",
      "compose.yml:8: secret `token` is external, which only Swarm has; give `file` or `environment`",
    ],
  },
  {
    title: "a secret whose variable is not set, and one whose file is missing",
    compose: `${web("secrets: [a, b]")}secrets:\n  a: {environment: NO_SUCH_TOKEN}\n  b: {file: ./token.txt}\n`,
    errors: [
      `compose.yml:7: secret \`a\` takes \`NO_SUCH_TOKEN\`, which is not set; ${MEND_VARIABLE}`,
      "compose.yml:8: `token.txt` does not exist; correct `file`",
    ],
  },
  {
    title: "a service of config `services` that is not there",
    compose: web(""),
    options: { services: ["web", "wbe"] },
    errors: [
      "compose.yml:1: service `wbe` of config `services` is not defined or its profile is off; there are web",
    ],
  },
  {
    title: "a port that is none",
    compose: web("ports: ['80:99999']"),
    errors: [
      'compose.yml:5: `99999` is no port; write "HOST:CONTAINER", such as "8080:80" or "127.0.0.1:8080:80/tcp", with ranges of one length',
    ],
  },
  {
    title: "an env_file that is missing",
    compose: web("env_file: [./prod.env]"),
    errors: [
      "compose.yml:5: env file `./prod.env` does not exist; create it, or correct `env_file`",
    ],
  },
  {
    title: "an unknown key",
    compose: web("heathcheck: {}"),
    errors: [
      "compose.yml:5: `heathcheck` is no key that Compose knows here; remove it or correct its spelling",
    ],
  },
];

describe("errors of a Compose project", () => {
  for (const { title, compose, files, options, errors } of CASES) {
    it(title, async () => {
      const loaded = await loadFiles({ "compose.yml": compose, ...files }, options);
      assert.deepEqual(textsOf(loaded.findings.errors), errors);
    });
  }

  it("a Compose file that is missing, together with one that is no YAML", async () => {
    const loaded = await loadFiles({ "b.yml": "a: [\n" }, { files: ["a.yml", "b.yml"] });
    const [first = "", second = ""] = textsOf(loaded.findings.errors);
    assert.match(
      first,
      /^a\.yml: cannot be read \(looked for \/.+\/a\.yml\); create it, or correct `composeFiles`$/,
    );
    assert.match(second, /^b\.yml:\d+: is no YAML: /);
  });

  it("findings of several files stand in the file that has them, top to bottom", async () => {
    const files = {
      "base.yml": `services:\n  web:\n    image: nginx\n    networks: [a]\n`,
      "prod.yml": `services:\n  web:\n    networks:\n      - b\n`,
    };
    const loaded = await loadFiles(files, { files: ["base.yml", "prod.yml"] });
    assert.deepEqual(
      loaded.findings.errors.map(({ at }) => at),
      ["base.yml:4", "prod.yml:4"],
    );
  });
});
