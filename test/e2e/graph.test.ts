import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { lookUpVersion } from "../../lib/images";
import { createProject, type Project } from "./support/project";
import { registry } from "./support/registry";
import { defineSteps, type Step } from "./support/steps";

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
  const withoutDockerfile = (): Promise<void> => rm(join(project.directory, "app/Dockerfile"));

  const steps: readonly Step[] = [
    {
      name: "builds a version that is not published, and puts its tags",
      builds: 1,
      put: [
        "app:<sha>",
        "app:latest",
        "app:main",
        "app:main-<sha>",
        "app:pb",
        "app:v0.1",
        "app:v0.1.0",
      ],
    },
    { name: "does nothing in a second run", digestsOf: "v0.1.0" },
    {
      name: "deploys what is published though the source was edited, and says so",
      before: () => source("one, edited"),
      digestsOf: "v0.1.0",
      says: /app: v0\.1\.0 is published from [0-9a-f]{40} and deployed as it is, the checkout is [0-9a-f]{40}-dirty\n/,
    },
    {
      name: "does nothing once the source is restored",
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
      put: ["app:<sha>", "app:main-<sha>", "app:pb", "app:v0.2", "app:v0.2.0"],
      moved: ["app:latest", "app:main"],
    },
    {
      name: "gives the same source a new version without a build",
      before: () => version("v0.2.1"),
      put: ["app:v0.2.1"],
      moved: ["app:latest", "app:main", "app:v0.2"],
    },
    {
      name: "goes back to the first version by config alone",
      before: () => version("v0.1.0"),
      digestsOf: "v0.1.0",
      says: /app: v0\.1\.0 is published from/,
    },
    {
      name: "stays there though the Dockerfile is gone",
      before: withoutDockerfile,
      digestsOf: "v0.1.0",
      says: /app: v0\.1\.0 is published from/,
    },
    {
      name: "goes forward again though the Dockerfile is gone",
      before: () => version("v0.2.0"),
      digestsOf: "v0.2.0",
    },
    {
      name: "refuses a new version without a Dockerfile",
      before: () => version("v0.3.0"),
      fails: /app cannot be built: Dockerfile `app\/Dockerfile` of service `app` is not a file/,
    },
    {
      name: "puts no version tag for a source that does not build",
      before: () => dockerfile("FROM scratch\nCOPY nothing /text\n"),
      fails: /nothing/,
    },
    {
      name: "goes back though the source does not build",
      before: () => version("v0.1.0"),
      digestsOf: "v0.1.0",
    },
    {
      name: "builds the version once its source is mended",
      before: async () => {
        await dockerfile(DOCKERFILE);
        await source("three");
        await project.commit("three");
        await version("v0.3.0");
      },
      builds: 1,
      put: ["app:<sha>", "app:main-<sha>", "app:pb", "app:v0.3", "app:v0.3.0"],
      moved: ["app:latest", "app:main"],
    },
    {
      name: "moves no `latest` to a lower version",
      before: async () => {
        await source("one, mended");
        await project.commit("mended");
        await version("v0.1.1");
      },
      builds: 1,
      put: ["app:<sha>", "app:main-<sha>", "app:pb", "app:v0.1.1"],
      moved: ["app:main", "app:v0.1"],
    },
    {
      name: "deploys an alias as it stands",
      before: () => version("latest"),
      digestsOf: "v0.3.0",
    },
    {
      name: "builds no alias that is not published",
      before: () => version("v0"),
      fails: /`v0` is not published for app: it moves with the releases and is never built/,
    },
    {
      name: "builds nothing where that is forbidden",
      before: () => project.configure({ version: "v0.4.0", build: "never" }),
      fails: /`v0\.4\.0` is not published for app and `bot-core:build` is `never`/,
    },
    {
      name: "deploys what is published where building is forbidden",
      before: () => version("v0.2.0"),
      digestsOf: "v0.2.0",
    },
    {
      name: "publishes an uncommitted source on a loopback registry, marked as such",
      before: async () => {
        await source("four");
        await project.configure({ version: "v0.4.0", build: "missing" });
      },
      builds: 1,
      put: ["app:pb", "app:v0.4.0"],
    },
    {
      name: "does nothing when that source is committed",
      before: () => project.commit("four"),
      digestsOf: "v0.4.0",
    },
    {
      name: "publishes a movable version",
      before: async () => {
        await source("five");
        await project.commit("five");
        await version("dev");
      },
      builds: 1,
      put: ["app:<sha>", "app:dev", "app:main-<sha>", "app:pb"],
      moved: ["app:main"],
    },
    {
      name: "does nothing in a second run of it",
      digestsOf: "dev",
    },
    {
      name: "builds the movable version anew when the source changes",
      before: async () => {
        await source("six");
        await project.commit("six");
      },
      builds: 1,
      put: ["app:<sha>", "app:main-<sha>", "app:pb"],
      moved: ["app:dev", "app:main"],
    },
    {
      name: "builds nothing when the movable version's source goes back",
      before: async () => {
        await source("five");
        await project.commit("five again");
      },
      put: ["app:<sha>", "app:main-<sha>"],
      moved: ["app:dev", "app:main"],
    },
    {
      name: "builds nothing after the stack was destroyed",
      before: () => project.stack.destroy({ color: "never" }),
      digestsOf: "dev",
    },
  ];

  defineSteps({ project: () => project, services: [SERVICE], steps });

  it("recorded the uncommitted source in the index", async () => {
    const found = await lookUpVersion(registry(), `${project.namespace}/${SERVICE}`, "v0.4.0");
    assert.match(found?.revision ?? "", /^[0-9a-f]{40}-dirty$/);
  });
});
