import { COMPOSE_FILE, composeFile, type Refusal } from "./refusals";

/** Compose files, and what the configuration says of them, that no host can run. */
export const refusedComposeFiles: readonly Refusal[] = [
  {
    name: "a Compose file that is missing",
    files: { [COMPOSE_FILE]: undefined },
    says: [/docker-compose\.prod\.yml: cannot be read .*; create it, or correct `composeFiles`/],
  },
  {
    name: "YAML that does not parse",
    files: { [COMPOSE_FILE]: "services:\n  app:\n    image: [\n" },
    says: [/docker-compose\.prod\.yml:[34]: is no YAML: /],
  },
  {
    name: "a key that Compose does not know",
    files: { [COMPOSE_FILE]: composeFile("    prots: []\n") },
    says: ["docker-compose.prod.yml:9: `prots` is no key that Compose knows here"],
  },
  {
    name: "a service without image and build",
    files: { [COMPOSE_FILE]: composeFile("", "  db:\n    command: serve\n") },
    says: ["docker-compose.prod.yml:9: service `db` has neither `image` nor `build`"],
  },
  {
    name: "a network that is not defined",
    files: { [COMPOSE_FILE]: composeFile("    networks: [back]\n") },
    says: ["docker-compose.prod.yml:9: network `back` is not defined; add it under"],
  },
  {
    name: "a volume that is not defined",
    files: { [COMPOSE_FILE]: composeFile("    volumes: [data:/data]\n") },
    says: ["docker-compose.prod.yml:9: volume `data` is not defined; add it under"],
  },
  {
    name: "a host port twice",
    files: {
      [COMPOSE_FILE]: composeFile(
        '    ports: ["127.0.0.1:8123:80"]\n',
        '  db:\n    image: busybox:1\n    ports: ["8123:81"]\n',
      ),
    },
    says: [/docker-compose\.prod\.yml:12: host port 8123\/tcp is published by `app` too/],
  },
  {
    name: "a container's name with replicas",
    files: {
      [COMPOSE_FILE]: composeFile("    container_name: one\n    deploy: { replicas: 2 }\n"),
    },
    says: ["docker-compose.prod.yml:9: `container_name: one` allows one container and `app` has 2"],
  },
  {
    name: "a required variable that is not set",
    files: { [COMPOSE_FILE]: composeFile('    environment: { KEY: "${NO_KEY:?ask Ann}" }\n') },
    says: ["docker-compose.prod.yml:9: `NO_KEY` is required and not set (ask Ann)"],
  },
  {
    name: "a service's name that is ours",
    files: { [COMPOSE_FILE]: composeFile("", "  app-blue:\n    image: busybox:1\n") },
    says: ["docker-compose.prod.yml:9: service name `app-blue` is one of those that we render"],
  },
  {
    name: "a service in the configuration that there is not",
    config: { services: ["ap"] },
    says: ["service `ap` of config `services` is not defined or its profile is off; there are app"],
  },
  {
    name: "an env file that is missing",
    config: { host: { address: "unix:///var/run/docker.sock", envFiles: ["none.env"] } },
    says: ["none.env: env file does not exist; create it, or correct `host.envFiles`"],
  },
  {
    name: "two faults of a Compose file, both at once",
    files: { [COMPOSE_FILE]: composeFile("    networks: [back]\n    volumes: [data:/data]\n") },
    says: ["network `back` is not defined", "volume `data` is not defined"],
  },
];
