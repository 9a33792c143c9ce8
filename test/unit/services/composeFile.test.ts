import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const Service = z.looseObject({
  image: z.string(),
  container_name: z.string().optional(),
  build: z.looseObject({ context: z.string(), args: z.record(z.string(), z.string()) }),
  ports: z.array(z.string()),
  healthcheck: z.looseObject({ test: z.array(z.string()) }),
  restart: z.string(),
  stop_grace_period: z.string(),
  read_only: z.boolean(),
  deploy: z.looseObject({
    resources: z.object({ limits: z.object({ memory: z.string(), cpus: z.string() }) }),
    update_config: z.looseObject({ order: z.string() }),
  }),
});

const text = readFileSync("docker-compose.prod.yml", "utf8");
const { services } = z.looseObject({ services: z.record(z.string(), Service) }).parse(parse(text));
/** Name and default of every variable that the file asks for. */
const variables = new Map(
  [...text.matchAll(/\$\{([A-Z_]+)(?::-([^}]*))?\}/g)].map((found) => [found[1]!, found[2]]),
);

describe("docker-compose.prod.yml", () => {
  it("describes the three services", () => {
    assert.deepEqual(Object.keys(services), [
      "rust-core-engine",
      "python-ai-service",
      "nextjs-ui-dashboard",
    ]);
  });

  for (const [name, service] of Object.entries(services)) {
    describe(name, () => {
      it("is built from its own folder into an image of its own name and version", () => {
        assert.equal(service.build.context, `services/${name}`);
        assert.match(service.image, new RegExp(`/${name}:\\$\\{VERSION:-latest\\}$`));
      });

      it("is replaced without a gap, by a name that leaves room for two", () => {
        assert.equal(service.deploy.update_config.order, "start-first");
        assert.equal(service.container_name, undefined);
        assert.equal(service.restart, "unless-stopped");
      });

      it("checks its health with what is in the image", () => {
        const [kind, program] = service.healthcheck.test;
        assert.equal(kind, "CMD");
        assert.ok(["/rust-core-engine", "python3", "node"].includes(program ?? ""));
      });

      it("is published on loopback unless the host says otherwise", () => {
        for (const port of service.ports) assert.match(port, /^\$\{BIND_ADDRESS:-127\.0\.0\.1\}:/);
      });

      it("has no version, commit or date among its build arguments", () => {
        for (const argument of Object.keys(service.build.args)) {
          assert.doesNotMatch(argument, /VERSION|SHA|DATE|REVISION/);
        }
      });

      it("cannot write to its own files", () => {
        assert.equal(service.read_only, true);
      });
    });
  }

  it("works without any variable set", () => {
    for (const [name, fallback] of variables) {
      assert.ok(fallback !== undefined && fallback !== "", `${name} has no default`);
    }
  });

  it("uses the defaults of the Dockerfiles for base images", () => {
    for (const { build } of Object.values(services)) {
      const dockerfile = readFileSync(`${build.context}/Dockerfile`, "utf8");
      const [, argument, image] = /^ARG (\w+_IMAGE)=(\S+)$/m.exec(dockerfile) ?? [];
      assert.ok(argument !== undefined);
      assert.equal(variables.get(argument), image);
      assert.match(image ?? "", /:\d+\.\d+\.\d+-/, "pinned by its whole version");
    }
  });
});

describe(".env.example", () => {
  const documented = new Map(
    readFileSync(".env.example", "utf8")
      .split("\n")
      .map((line) => /^#?([A-Z][A-Z_]*)=(.*)$/.exec(line))
      .filter((found) => found !== null)
      .map((found) => [found[1]!, found[2]!]),
  );

  it("documents every variable of the Compose file with its default", () => {
    for (const [name, fallback] of variables) {
      if (name === "DOCKER_REGISTRY") continue; // Its example says more than its default.
      assert.equal(documented.get(name), fallback, name);
    }
  });

  it("documents the variables that the program reads", () => {
    const read = [
      ...["DOCKER_REGISTRY", "DOCKER_USERNAME", "DOCKER_PASSWORD", "DOCKER_PULL_USERNAME"],
      ...["DOCKER_PULL_PASSWORD", "VERSION", "GIT_SHA", "IMAGE_PULL_POLICY"],
    ];
    for (const name of read) assert.ok(documented.has(name), name);
  });

  it("sets nothing when it is copied as it is", () => {
    const set = readFileSync(".env.example", "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(set, []);
  });
});
