import assert from "node:assert/strict";
import { createProject, type Project } from "./support/project";
import { registry } from "./support/registry";
import { release } from "./support/release";
import { commitTags, defineSteps, STACK_TRACE, type Step } from "./support/steps";

const SERVICES = ["a", "b"] as const;

const COMPOSE = `services:
${SERVICES.map(
  (service) => `  ${service}:
    build: { context: ${service}, args: { NODE_IMAGE: "\${NODE_IMAGE}" } }
    image: "\${DOCKER_REGISTRY}/${service}:\${VERSION}"
`,
).join("")}`;
const DOCKERFILE = "FROM scratch\nCOPY text /text\n";

/**
 * Builds long enough that somebody else can take the version meanwhile.
 * @param unique keeps the builder from answering from its cache
 */
function slowDockerfile(unique: string): string {
  return `ARG NODE_IMAGE
FROM \${NODE_IMAGE}
RUN ["node", "-e", "/* ${unique} */ setTimeout(() => {}, 10000)"]
`;
}

const FILES = {
  "docker-compose.prod.yml": COMPOSE,
  "a/Dockerfile": DOCKERFILE,
  "a/text": "a1\n",
  "b/Dockerfile": DOCKERFILE,
  "b/text": "b1\n",
};

describe("graph rule: two services without a host", function () {
  this.timeout(600_000);
  let project: Project;

  before(async () => {
    project = await createProject({ files: FILES, config: { host: false, services: ["a"] } });
  });
  after(() => project.dispose());

  const configure = (values: Record<string, unknown>): Promise<void> => project.configure(values);
  const commit = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) await project.write(path, text);
    await project.commit(Object.keys(files).join(", "));
  };

  const steps: readonly Step[] = [
    {
      name: "publishes only the services that are named",
      builds: 1,
      put: [...commitTags("a"), "a:latest", "a:main", "a:pb", "a:v0.1", "a:v0.1.0"],
    },
    {
      name: "puts no other source into a version that has begun",
      before: async () => {
        await commit({ "a/text": "a2\n" });
        await configure({ services: undefined });
      },
      fails: /`v0\.1\.0` is partly published, from another source \([0-9a-f]{40}\): b are missing/,
    },
    {
      name: "resumes it when the source is back",
      before: () => commit({ "a/text": "a1\n" }),
      builds: 1,
      put: [...commitTags("b"), "b:latest", "b:main", "b:pb", "b:v0.1", "b:v0.1.0"],
    },
    {
      name: "builds only what changed for a new version",
      before: async () => {
        await commit({ "b/text": "b2\n" });
        await configure({ version: "v0.2.0" });
      },
      builds: 1,
      put: [
        ...[...commitTags("a"), "a:v0.2", "a:v0.2.0"],
        ...[...commitTags("b"), "b:pb", "b:v0.2", "b:v0.2.0"],
      ],
      moved: ["a:latest", "a:main", "b:latest", "b:main"],
    },
    {
      name: "pushes platform images without an index",
      before: async () => {
        await commit({ "a/text": "a3\n" });
        await configure({ version: "v0.3.0", index: false });
      },
      builds: 1,
      put: ["a:pb"],
    },
    {
      name: "joins them in another run without a build",
      before: () => configure({ index: undefined }),
      put: [...commitTags("a"), "a:v0.3", "a:v0.3.0", ...commitTags("b"), "b:v0.3", "b:v0.3.0"],
      moved: ["a:latest", "a:main", "b:latest", "b:main"],
    },
    {
      name: "builds locally without a push",
      before: async () => {
        await commit({ "a/text": "a4\n" });
        await configure({ version: "v0.4.0", push: false });
      },
      builds: 1,
    },
    {
      name: "builds and pushes what was only built",
      before: () => configure({ push: undefined }),
      builds: 1,
      put: [
        ...[...commitTags("a"), "a:pb", "a:v0.4", "a:v0.4.0"],
        ...[...commitTags("b"), "b:v0.4", "b:v0.4.0"],
      ],
      moved: ["a:latest", "a:main", "b:latest", "b:main"],
    },
  ];

  defineSteps({ project: () => project, services: SERVICES, steps });

  it("leaves a version alone that somebody else published while it was building", async () => {
    await commit({ "a/Dockerfile": slowDockerfile(project.name) });
    await configure({ version: "v0.5.0" });
    let taken: Promise<string> | undefined;
    const outcome = await release(project, SERVICES, ({ resourcePreEvent }) => {
      if (resourcePreEvent?.metadata.type === "docker:index/image:Image") taken ??= take("v0.5.0");
    });
    const digest = await taken;
    assert.ok(outcome.failed, outcome.output);
    assert.match(outcome.output, /version `v0\.5\.0` of `\S+\/a` is published already, with other/);
    assert.match(outcome.output, new RegExp(`published: ${digest ?? ""} from [0-9a-f]{40}`));
    assert.match(outcome.output, /this run: {2}sha256:[0-9a-f]{64} from [0-9a-f]{40}/);
    assert.doesNotMatch(outcome.output, STACK_TRACE);
    assert.equal(outcome.tags["a:v0.5.0"], digest);
    assert.deepEqual(
      outcome.moved.filter((tag) => tag.startsWith("a:")),
      [],
    );
  });

  /** Puts the version before the run that builds it does. */
  async function take(version: string): Promise<string> {
    const repository = `${project.namespace}/a`;
    const other = await registry().getManifest(repository, "v0.1.0");
    assert.ok(other);
    return registry().putManifest(repository, version, other.bytes, other.mediaType);
  }
});
