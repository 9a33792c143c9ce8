import assert from "node:assert/strict";
import path from "node:path";
import {
  loadCompose,
  renderColour,
  renderedName,
  renderFile,
  renderSwitch,
  secretEnvironment,
  serviceFacts,
  specHash,
  switchName,
  type ComposeModel,
  type JsonObject,
  type LoadedCompose,
} from "../../../lib/compose";
import { run } from "../../../lib/process/run";
import { textsOf } from "./project";

const PROJECT = path.join(__dirname, "../../fixtures/compose/bot-core");
const DIGEST = `sha256:${"c".repeat(64)}`;

function load(version = "v1.0.0", profiles = ""): Promise<LoadedCompose> {
  return loadCompose({
    projectDirectory: PROJECT,
    project: "bot-core",
    files: ["docker-compose.yml"],
    variables: {
      DOCKER_REGISTRY: "registry.example/bot-core",
      VERSION: version,
      GIT_SHA: "abc1234",
      IMAGE_PULL_POLICY: "Always",
      COMPOSE_PROFILES: profiles,
    },
    envFiles: ["production.env"],
    remoteHost: false,
  });
}

/** Every service of the model as a first release renders it. */
function renderAll(model: ComposeModel): Record<string, JsonObject> {
  const names = Object.keys(model.services);
  const services: Record<string, JsonObject> = {};
  for (const name of names) {
    const facts = serviceFacts(name, model);
    const { fronted } = facts;
    const colour = fronted ? "blue" : undefined;
    const image = `registry.example/${name}@${DIGEST}`;
    const labels = { "bot-core.service": name };
    services[renderedName(name, colour)] = renderColour({
      model,
      name,
      colour,
      fronted,
      image,
      labels,
    });
    if (!fronted) continue;
    const configVolume = `${switchName(name)}-config`;
    services[switchName(name)] = renderSwitch({ model, facts, image, configVolume, labels });
  }
  return services;
}

function switchVolumes(services: Readonly<Record<string, JsonObject>>): JsonObject {
  const switches = Object.keys(services).filter((name) => name.endsWith("-switch"));
  return Object.fromEntries(
    switches.map((name) => [`${name}-config`, { name: `bot-core_${name}-config` }]),
  );
}

describe("a project with the traits of bot-core", () => {
  it("loads, and says what will not do what it seems to", async () => {
    const { findings } = await load();
    assert.deepEqual(textsOf(findings.errors), []);
    assert.deepEqual(
      findings.warnings.map(({ at, message }) => `${at}: ${message.split(/[:;(]/)[0]?.trim()}`),
      [
        "docker-compose.yml:49: `update_config`",
        "docker-compose.yml:102: `nginx` has no health check",
        "docker-compose.yml:113: a label with `VERSION` keeps its old value until something else of `nginx` changes, since a label alone replaces no container",
        "docker-compose.yml:130: `deploy.restart_policy`",
        "docker-compose.yml:133: `redis` has no health check",
      ],
    );
  });

  it("reports two profiles that publish one port", async () => {
    const { findings } = await load("v1.0.0", "monitoring,messaging");
    assert.deepEqual(textsOf(findings.errors), [
      "docker-compose.yml:151: host port 9090/tcp is published by `prometheus` too; publish each address, port and protocol once",
    ]);
  });

  it("derives how each service is released", async () => {
    const { model } = await load();
    const facts = Object.keys(model.services)
      .sort()
      .map((name) => {
        const { strategy, fronted, gate } = serviceFacts(name, model);
        return [name, strategy, fronted, gate.kind === "health" ? gate.limitSeconds : gate.kind];
      });
    assert.deepEqual(facts, [
      ["migrate", "job", false, "running"],
      ["mongodb", "stop-first", false, 240],
      ["nextjs-ui-dashboard", "hold", true, 160],
      ["nginx", "stop-first", false, "running"],
      ["python-ai-service", "start-first", true, 1_140],
      ["redis", "stop-first", false, "running"],
      ["rust-core-engine", "start-first", true, 180],
    ]);
  });

  it("changes no hash with the version, although nginx carries it on a label", async () => {
    const hashes = async (version: string): Promise<string[]> => {
      const { model } = await load(version);
      return Object.values(model.services).map((service) => specHash(service, model, DIGEST));
    };
    assert.deepEqual(await hashes("v1.0.0"), await hashes("v2.0.0"));
  });

  it("renders what Compose takes, with every value as it was", async () => {
    const { model } = await load();
    const services = renderAll(model);
    assert.deepEqual(Object.keys(services).sort(), [
      "migrate",
      "mongodb",
      "nextjs-ui-dashboard-blue",
      "nextjs-ui-dashboard-switch",
      "nginx",
      "python-ai-service-blue",
      "python-ai-service-switch",
      "redis",
      "rust-core-engine-blue",
      "rust-core-engine-switch",
    ]);
    const file = renderFile(model, services, switchVolumes(services));
    const result = await run(
      "docker",
      [
        "compose",
        "--project-directory",
        PROJECT,
        "-p",
        "bot-core",
        "-f",
        "-",
        "config",
        "--format",
        "json",
      ],
      { input: file, env: { ...secretEnvironment(model, services) } },
    );
    assert.equal(result.stderr, "");
    assert.equal(result.code, 0);
    const read = JSON.parse(result.stdout.replaceAll("$$", "$")) as {
      services: Record<string, { environment: unknown; healthcheck: unknown }>;
    };
    for (const name of ["rust-core-engine", "python-ai-service"]) {
      const { environment, healthcheck } = read.services[`${name}-blue`]!;
      const { definition } = model.services[name]!;
      assert.deepEqual(environment, definition.environment);
      assert.deepEqual(healthcheck, definition.healthcheck);
    }
    assert.deepEqual(model.services["rust-core-engine"]!.definition.environment, {
      DATABASE_URL: "mongodb://root:pa$word@mongodb:27017",
      EXCHANGE_URL: "https://exchange.example",
      PRICE_FORMAT: "$0.00",
      RUST_LOG: "info",
      TRADING_MODE: '"paper"',
    });
  });
});
