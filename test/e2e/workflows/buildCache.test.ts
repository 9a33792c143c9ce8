import assert from "node:assert/strict";
import { createProject, type Project } from "../support/project";
import { registry } from "../support/registry";
import { commitTags, defineSteps, type Step } from "../support/steps";

const SERVICE = "app";
const PLATFORM = "linux/amd64";

const FILES = {
  "docker-compose.prod.yml": `services:
  app:
    build: app
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
`,
  "app/Dockerfile": "FROM scratch\nCOPY Dockerfile /first\nCOPY text /text\n",
  "app/text": "one\n",
};

interface Recorded {
  readonly digest: string;
  readonly cache?: readonly string[];
}

describe("graph rule: the build cache", function () {
  this.timeout(300_000);
  let project: Project;
  let first: Recorded;
  let second: Recorded;

  before(async () => {
    project = await createProject({ files: FILES, config: { host: false, buildCache: "inline" } });
  });
  after(() => project.dispose());

  const set = (config: Readonly<Record<string, unknown>>): Promise<void> =>
    project.configure(config);
  const repository = (): string => `${project.namespace}/${SERVICE}`;

  async function recorded(): Promise<Recorded> {
    const { release } = await project.stack.outputs();
    const { services } = release?.value as {
      services: Readonly<Record<string, { platforms: Readonly<Record<string, Recorded>> }>>;
    };
    const found = services[SERVICE]?.platforms[PLATFORM];
    assert.ok(found);
    return found;
  }

  /** Whether the image's configuration carries BuildKit's cache. */
  async function carriesCache({ digest }: Recorded): Promise<boolean> {
    const manifest = await registry().getManifest(repository(), digest);
    const { config } = JSON.parse(manifest?.bytes.toString() ?? "{}") as {
      config: { digest: string };
    };
    const blob = await registry().getBlob(repository(), config.digest);
    return Object.hasOwn(JSON.parse(blob?.toString() ?? "{}") as object, "moby.buildkit.cache.v0");
  }

  const steps: readonly Step[] = [
    {
      name: "builds the first release with a cache in it, from none",
      builds: 1,
      put: [...commitTags("app"), "app:latest", "app:main", "app:pb", "app:v0.1", "app:v0.1.0"],
      after: async () => {
        first = await recorded();
        assert.deepEqual(first.cache, []);
        assert.ok(await carriesCache(first));
      },
    },
    {
      name: "builds the next one from the last one's image, by digest, and says so in the record",
      before: async () => {
        await project.write("app/text", "two\n");
        await project.commit("two");
        await set({ version: "v0.2.0" });
      },
      builds: 1,
      put: [...commitTags("app"), "app:pb", "app:v0.2", "app:v0.2.0"],
      moved: ["app:latest", "app:main"],
      after: async () => {
        second = await recorded();
        const server = registry().server;
        assert.deepEqual(second.cache, [`${server}/${repository()}@${first.digest}`]);
        assert.ok(await carriesCache(second));
      },
    },
    {
      name: "changes nothing when the setting is taken away, and the cache's image with it",
      before: async () => {
        await registry().deleteManifest(repository(), first.digest);
        await set({ buildCache: "none" });
      },
    },
  ];

  defineSteps({ project: () => project, services: [SERVICE], steps });
});
