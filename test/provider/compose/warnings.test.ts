import assert from "node:assert/strict";
import type { LoadOptions } from "../../../lib/compose";
import { loadFiles, textsOf } from "./project";

interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly options?: Partial<LoadOptions>;
  /** All warnings, in order; there are no errors. */
  readonly warnings: readonly string[];
}

const HEALTH = "healthcheck: {test: [CMD, check]}";

function web(lines: string): Record<string, string> {
  return { "compose.yml": `services:\n  web:\n    image: nginx\n    ${HEALTH}\n    ${lines}\n` };
}

const CASES: readonly Case[] = [
  {
    title: "no health check",
    files: { "compose.yml": "services:\n  web:\n    image: nginx\n" },
    warnings: [
      "compose.yml:2: `web` has no health check: unless its image has one, running for 10 s counts as good; add `healthcheck`",
    ],
  },
  {
    title: "none for a Dockerfile with HEALTHCHECK",
    files: {
      "compose.yml": "services:\n  web:\n    build: web\n",
      "web/Dockerfile": "FROM scratch\nHEALTHCHECK CMD check\n",
    },
    warnings: [],
  },
  {
    title: "none for a job",
    files: {
      "compose.yml": `services:\n  web:\n    image: nginx\n    ${HEALTH}\n    depends_on: {job: {condition: service_completed_successfully}}\n  job:\n    image: job\n`,
    },
    warnings: [],
  },
  {
    title: "restart_policy beside restart",
    files: web("restart: always\n    deploy: {restart_policy: {condition: on-failure}}"),
    warnings: [
      "compose.yml:6: `deploy.restart_policy` (on-failure) wins over `restart: always`, so the service stays down after a reboot; keep one of them",
    ],
  },
  {
    title: "`profiles: []` in an override",
    files: {
      "compose.yml": `services:\n  web:\n    image: nginx\n    profiles: [edge]\n  db: {image: mongo, ${HEALTH}}\n`,
      "prod.yml": "services:\n  web:\n    profiles: []\n",
    },
    options: { files: ["compose.yml", "prod.yml"] },
    warnings: [
      "prod.yml:3: `profiles: []` does not take `web` out of its profile, since lists of several files append; write `profiles: !reset []`",
    ],
  },
  {
    title: "`profiles: !reset []` is as it should be",
    files: {
      "compose.yml": `services:\n  web:\n    image: nginx\n    ${HEALTH}\n    profiles: [edge]\n`,
      "prod.yml": "services:\n  web:\n    profiles: !reset []\n",
    },
    options: { files: ["compose.yml", "prod.yml"] },
    warnings: [],
  },
  {
    title: "ignored deploy and update_config keys",
    files: web(
      "deploy:\n      mode: replicated\n      placement: {constraints: [node.role == manager]}\n      update_config: {parallelism: 1, delay: 10s, order: stop-first}",
    ),
    warnings: [
      "compose.yml:6: `deploy.mode` is ignored on a Compose host; remove it",
      "compose.yml:7: `deploy.placement` is ignored on a Compose host; remove it",
      "compose.yml:8: `update_config`: only `order` counts, delay, parallelism are ignored; every replica of a new version is healthy before any traffic moves",
    ],
  },
  {
    title: "start-first with a TCP port",
    files: web(
      "ports: [{target: 5672, published: '5672', app_protocol: tcp}]\n    deploy: {update_config: {order: start-first}}",
    ),
    warnings: [
      "compose.yml:5: port 5672 is plain TCP (`app_protocol: tcp`): connections that are open at a release are cut after `rollout.drainSeconds`",
    ],
  },
  {
    title: "start-first without a port",
    files: web("deploy: {update_config: {order: start-first}}"),
    warnings: [
      "compose.yml:5: `web` has no port, so no switch: while they overlap, old and new both answer to its name; give `expose` if others call it",
    ],
  },
  {
    title: "start-first on a volume that is written, where that is allowed",
    files: {
      "compose.yml": `${web("expose: ['80']\n    deploy: {update_config: {order: start-first}}\n    volumes: ['data:/data']")["compose.yml"] ?? ""}volumes: {data: {}}\n`,
    },
    options: { allowVolumeOverlap: true },
    warnings: [],
  },
  {
    title: "VERSION in environment and labels",
    files: web("environment: [VERSION]\n    labels: ['com.bot-core.version=${VERSION:-latest}']"),
    warnings: [
      "compose.yml:5: `VERSION` in the environment replaces `web` at each release, also where nothing changed; remove it, a service knows its version from its own source",
      "compose.yml:6: a label with `VERSION` keeps its old value until something else of `web` changes, since a label alone replaces no container; remove it",
    ],
  },
  {
    title: "none for a VERSION that is the service's own",
    files: web("environment: {VERSION: '7'}"),
    warnings: [],
  },
  {
    title: "an unset variable",
    files: web("command: run ${NO_SUCH_MODE}"),
    warnings: [
      "compose.yml:5: `NO_SUCH_MODE` is not set and counts as empty; set it in .env, in config `environment` or in the shell, or write ${NO_SUCH_MODE:-}",
    ],
  },
  {
    title: "build keys that the configuration decides, and args that never stay the same",
    files: {
      "compose.yml": `services:\n  web:\n    ${HEALTH}\n    build:\n      context: web\n      platforms: [linux/amd64]\n      args: {BUILD_DATE: today}\n`,
      "web/Dockerfile": "FROM scratch\n",
    },
    warnings: [
      "compose.yml:6: `build.platforms` is ignored; the configuration decides it",
      "compose.yml:7: build arg `BUILD_DATE` differs at each build, so that this service is never unchanged; remove it",
    ],
  },
  {
    title: "a file that a remote container may write",
    files: { ...web("volumes: ['./app.conf:/app.conf']"), "app.conf": "a\n" },
    options: { remoteHost: true },
    warnings: [
      "compose.yml:5: `app.conf` is copied to the remote host; what the container writes into it is lost at its next release; add `:ro`, or use a named volume",
    ],
  },
];

describe("warnings of a Compose project", () => {
  for (const { title, files, options, warnings } of CASES) {
    it(title, async () => {
      const { findings } = await loadFiles(files, options);
      assert.deepEqual(textsOf(findings.errors), []);
      assert.deepEqual(textsOf(findings.warnings), warnings);
    });
  }
});
