import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { lookUpVersion } from "../../lib/images";
import { createProject, type Project } from "./support/project";
import { registry } from "./support/registry";
import { assertUnchanged, commitTags, defineSteps, type Step } from "./support/steps";

const SERVICE = "app";

const COMPOSE = `services:
  app:
    build: app
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
`;
const DOCKERFILE = "FROM scratch\nCOPY text /text\n";

/** A service as small as an image can be: one line of text. */
const FILES = {
  "docker-compose.prod.yml": COMPOSE,
  "app/Dockerfile": DOCKERFILE,
  "app/text": "one\n",
};

describe("graph rule: one service without a host", function () {
  this.timeout(600_000);
  let project: Project;

  before(async () => {
    project = await createProject({ files: FILES, config: { host: false } });
  });
  after(() => project.dispose());

  const version = (value: string): Promise<void> => project.configure({ version: value });
  const source = (text: string): Promise<void> => project.write("app/text", `${text}\n`);
  const dockerfile = (text: string): Promise<void> => project.write("app/Dockerfile", text);

  const steps: readonly Step[] = [
    {
      name: "builds a version that is not published, and puts its tags",
      builds: 1,
      put: [...commitTags("app"), "app:latest", "app:main", "app:pb", "app:v0.1", "app:v0.1.0"],
    },
    {
      name: "deploys what is published though the source was edited, and says so",
      before: () => source("one, edited"),
      digestsOf: "v0.1.0",
      says: /app: v0\.1\.0 is published from [0-9a-f]{40} and deployed as it is, the checkout is [0-9a-f]{40}-dirty\n/,
    },
    {
      name: "builds nothing once the source is restored",
      before: () => source("one"),
      digestsOf: "v0.1.0",
    },
    {
      name: "builds a new version of an edited source",
      before: async () => {
        await source("two");
        await project.commit("two");
        await version("v0.2.0");
      },
      builds: 1,
      put: [...commitTags("app"), "app:pb", "app:v0.2", "app:v0.2.0"],
      moved: ["app:latest", "app:main"],
    },
    {
      name: "gives the same source a new version without a build",
      before: () => version("v0.2.1"),
      put: ["app:v0.2.1"],
      moved: ["app:latest", "app:main", "app:v0.2"],
    },
    {
      name: "puts no tag for a source that does not build",
      before: async () => {
        await dockerfile("FROM scratch\nCOPY nothing /text\n");
        await version("v0.3.0");
      },
      fails: /nothing/,
    },
    {
      name: "goes back by config alone, though the Dockerfile is gone",
      before: async () => {
        await rm(join(project.directory, "app/Dockerfile"));
        await version("v0.1.0");
      },
      digestsOf: "v0.1.0",
      says: /app: v0\.1\.0 is published from/,
    },
    {
      name: "goes forward again by an alias, though the Dockerfile is gone",
      before: () => version("latest"),
      digestsOf: "v0.2.1",
    },
    {
      name: "publishes a mended, uncommitted source on a loopback registry, marked as such",
      before: async () => {
        await dockerfile(DOCKERFILE);
        await source("three");
        await version("v0.3.0");
      },
      builds: 1,
      put: ["app:pb", "app:v0.3.0"],
      after: async () => {
        const found = await lookUpVersion(registry(), `${project.namespace}/${SERVICE}`, "v0.3.0");
        assert.match(found?.revision ?? "", /^[0-9a-f]{40}-dirty$/);
      },
    },
    {
      name: "does nothing when that source is committed",
      before: () => project.commit("three"),
      instead: () => assertUnchanged(project),
    },
    {
      name: "publishes a movable version",
      before: async () => {
        await source("four");
        await project.commit("four");
        await version("dev");
      },
      builds: 1,
      put: [...commitTags("app"), "app:dev", "app:pb"],
      moved: ["app:main"],
    },
    {
      name: "builds the movable version anew when the source changes",
      before: async () => {
        await source("five");
        await project.commit("five");
      },
      builds: 1,
      put: [...commitTags("app"), "app:pb"],
      moved: ["app:dev", "app:main"],
    },
    {
      name: "builds nothing when the movable version's source goes back",
      before: async () => {
        await source("four");
        await project.commit("four again");
      },
      put: commitTags("app"),
      moved: ["app:dev", "app:main"],
    },
  ];

  defineSteps({ project: () => project, services: [SERVICE], steps });
});
