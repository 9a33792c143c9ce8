import assert from "node:assert/strict";
import { loadFiles, textsOf } from "./project";

const HEALTH = "healthcheck: {test: [CMD, check]}";

describe("loadCompose", () => {
  it("gives values as the container gets them, from .env, env files and variables", async () => {
    const { model, findings } = await loadFiles(
      {
        ".env": "FROM_DOTENV=1\nTWICE=dotenv\n",
        "prod.env": "FROM_FILE='a$b'\nTWICE=file\n",
        "app.env": "OF_THE_SERVICE=x\n",
        "compose.yml": `services:
  web:
    image: nginx
    ${HEALTH}
    env_file: [app.env]
    command: ["sh", "-c", "echo $$HOME"]
    environment:
      - DOLLARS=a$$$$b
      - A=\${FROM_DOTENV}
      - B=\${FROM_FILE}
      - C=\${TWICE}
      - D=\${VERSION_OF_A_FRIEND:-v7}
      - BARE_AND_UNSET_ANYWHERE
      - QUOTED="yes"
      - NUMBER=1_000
      - OCTAL=0o14
      - DATE=2024-01-01
      - TIME=12:30:00
      - "LINES=one\\ntwo\\n"
`,
      },
      { envFiles: ["prod.env"] },
    );
    assert.deepEqual(findings, { errors: [], warnings: [] });
    const { definition } = model.services.web!;
    assert.deepEqual(definition.command, ["sh", "-c", "echo $HOME"]);
    assert.deepEqual(definition.environment, {
      OF_THE_SERVICE: "x",
      DOLLARS: "a$$b",
      A: "1",
      B: "a$b",
      C: "file",
      D: "v7",
      QUOTED: '"yes"',
      NUMBER: "1_000",
      OCTAL: "0o14",
      DATE: "2024-01-01",
      TIME: "12:30:00",
      LINES: "one\ntwo\n",
    });
  });

  it("pins names by the project and leaves out what a profile switches off", async () => {
    const compose = `services:
  web: {image: nginx, ${HEALTH}, volumes: ["data:/data"]}
  admin: {image: admin, ${HEALTH}, profiles: [admin]}
volumes: {data: {}, old: {external: true}}
`;
    const off = await loadFiles({ "compose.yml": compose });
    assert.deepEqual(Object.keys(off.model.services), ["web"]);
    assert.deepEqual(off.model.volumes, { data: { name: "shop_data" } });
    assert.deepEqual(off.model.networks, { default: { name: "shop_default" } });
    const on = await loadFiles(
      { "compose.yml": compose },
      { variables: { COMPOSE_PROFILES: "admin" } },
    );
    assert.deepEqual(Object.keys(on.model.services), ["admin", "web"]);
    const dotenv = await loadFiles({ "compose.yml": compose, ".env": "COMPOSE_PROFILES=admin\n" });
    assert.deepEqual(Object.keys(dotenv.model.services), ["admin", "web"]);
  });

  it("keeps a dependency that may be missing out of the model", async () => {
    const { model, findings } = await loadFiles({
      "compose.yml": `services:
  web: {image: nginx, ${HEALTH}, depends_on: {admin: {condition: service_started, required: false}}}
  admin: {image: admin, profiles: [admin]}
`,
    });
    assert.deepEqual(findings.errors, []);
    assert.deepEqual(model.services.web!.definition.depends_on, {});
  });

  const policies: [string, string, Record<string, string>][] = [
    [
      "IMAGE_PULL_POLICY=Always in a variable",
      "${IMAGE_PULL_POLICY}",
      { IMAGE_PULL_POLICY: "Always" },
    ],
    ["a default in capitals", "${IMAGE_PULL_POLICY_UNSET:-Always}", {}],
    ["ALWAYS as written", "ALWAYS", {}],
    ["'Always' in quotes", "'Always'", {}],
  ];
  for (const [title, value, variables] of policies) {
    it(`takes ${title} for always`, async () => {
      const compose = `services:\n  web:\n    image: nginx\n    ${HEALTH}\n    pull_policy: ${value}\n`;
      const { model, findings } = await loadFiles({ "compose.yml": compose }, { variables });
      assert.deepEqual(findings.errors, []);
      assert.equal(model.services.web!.definition.pull_policy, "always");
    });
  }

  it("takes IMAGE_PULL_POLICY=Always from .env too, and refuses what is no policy", async () => {
    const compose = `services: {web: {image: nginx, ${HEALTH}, pull_policy: "\${IMAGE_PULL_POLICY}"}}\n`;
    const files = { "compose.yml": compose, ".env": "IMAGE_PULL_POLICY=Always\n" };
    const { model } = await loadFiles(files);
    assert.equal(model.services.web!.definition.pull_policy, "always");
    const { findings } = await loadFiles({ ...files, ".env": "IMAGE_PULL_POLICY=Sometimes\n" });
    assert.deepEqual(textsOf(findings.errors), [
      "compose.yml:1: `pull_policy` must be one of `always`, `never`, `if_not_present`, `build`, `missing`",
    ]);
  });

  it("separates how our services are built from how they run", async () => {
    const { model, builds, ours } = await loadFiles(
      {
        "compose.yml": `services:
  web:
    ${HEALTH}
    image: \${DOCKER_REGISTRY}/web:\${VERSION:-latest}
    build:
      context: ./services/web
      dockerfile: \${WEB_DOCKERFILE:-Dockerfile.prod}
      target: production
      network: host
      args: {PUBLIC_URL: http://localhost, DEBUG: false, WORKERS: 2}
  api: {build: services/api, ${HEALTH}}
  db: {image: "mongo:7", ${HEALTH}}
`,
        "services/web/Dockerfile.prod": "FROM scratch\n",
        "services/api/Dockerfile": "FROM scratch\n",
      },
      { services: ["web"] },
    );
    assert.deepEqual(builds, {
      web: {
        service: "web",
        context: "services/web",
        dockerfile: "services/web/Dockerfile.prod",
        target: "production",
        network: "host",
        args: { PUBLIC_URL: "http://localhost", DEBUG: "false", WORKERS: "2" },
      },
    });
    assert.deepEqual(ours, ["api", "web"]);
    const { api, db, web } = model.services;
    assert.deepEqual([api!.ours, db!.ours, web!.ours], [true, false, true]);
    assert.equal(web!.definition.image ?? web!.definition.build, undefined);
    assert.equal(db!.definition.image, "mongo:7");
  });

  it("does not differ with VERSION and GIT_SHA, nor with the folder it stands in", async () => {
    const compose = `services:
  web:
    ${HEALTH}
    image: \${DOCKER_REGISTRY}/web:\${VERSION}
    build: web
    volumes: ["./a.conf:/a.conf:ro", "./data:/data"]
  db: {image: "mongo:7", ${HEALTH}}
`;
    const files = { "compose.yml": compose, "web/Dockerfile": "FROM scratch\n", "a.conf": "a" };
    const load = async (version: string): Promise<unknown> => {
      const variables = { DOCKER_REGISTRY: "r.example/shop", VERSION: version, GIT_SHA: version };
      const { model, builds } = await loadFiles(files, { variables });
      return { model, builds };
    };
    assert.deepEqual(await load("v1.0.0"), await load("v2.0.0"));
  });
});
