import assert from "node:assert/strict";
import { resolve } from "node:path";
import { buildArguments } from "../../../../dev/dockerPlugin/build";
import { certificateFaults, daemonOf } from "../../../../dev/dockerPlugin/daemon";
import { imageDiff } from "../../../../dev/dockerPlugin/imageDiff";
import { parseCacheName, parseImageName } from "../../../../dev/dockerPlugin/imageName";
import { ImagePlugin } from "../../../../dev/dockerPlugin/imagePlugin";
import { imageFaults, imageInputs } from "../../../../dev/dockerPlugin/inputs";
import { loginServer } from "../../../../dev/dockerPlugin/registryLogin";
import type { PluginContext } from "../../../../provider/plugin";
import { decode, wrap } from "../../../../provider/secrets";
import { UNKNOWN_WIRE } from "../../../../provider/values";

const TYPE = "docker:index/image:Image";
const FOLDER = __dirname;
/** Any readable file serves as a Dockerfile where nothing is built. */
const DOCKERFILE = resolve(FOLDER, "image.test.ts");
const build = { context: FOLDER, dockerfile: DOCKERFILE, platform: "linux/arm64" };

describe("stand-in for docker.Image", () => {
  const lines: string[] = [];
  const context: PluginContext = {
    urn: "urn",
    signal: new AbortController().signal,
    report: (line) => lines.push(line),
  };
  const plugin = new ImagePlugin("5.2.0");

  describe("image names", () => {
    const good: readonly (readonly [string, string, string, string])[] = [
      ["localhost:5005/a/b:pb-0123-amd64", "localhost:5005", "localhost:5005/a/b", "pb-0123-amd64"],
      ["ghcr.io/owner/app", "ghcr.io", "ghcr.io/owner/app", "latest"],
      ["localhost/app:v1", "localhost", "localhost/app", "v1"],
      ["registry:5000/app:v1", "registry:5000", "registry:5000/app", "v1"],
      ["docker.io/library/a_b--c.d:1", "docker.io", "docker.io/library/a_b--c.d", "1"],
    ];
    for (const [name, server, repository, tag] of good) {
      it(`reads ${name}`, () => {
        assert.deepEqual(parseImageName(name), { server, repository, tag });
      });
    }
    for (const name of ["app", "app:v1", "owner/app", "ghcr.io/App", "ghcr.io/a:b:c", "ghcr.io/"]) {
      it(`refuses ${name}`, () => {
        assert.equal(parseImageName(name), undefined);
      });
    }
  });

  describe("names of cache images", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    for (const [name, reference] of [
      ["localhost:5005/a/b:main", "main"],
      ["localhost:5005/a/b", "latest"],
      [`localhost:5005/a/b@${digest}`, digest],
      [`localhost:5005/a/b:main@${digest}`, digest],
    ] as const) {
      it(`reads ${name}`, () => {
        assert.deepEqual(parseCacheName(name), { repository: "localhost:5005/a/b", reference });
      });
    }
    for (const name of [`a@${digest}`, "ghcr.io/a@sha256:abc", `ghcr.io/a@${digest}@${digest}`]) {
      it(`refuses ${name}`, () => {
        assert.equal(parseCacheName(name), undefined);
      });
    }
  });

  describe("check", () => {
    const name = "localhost:5005/a:b";
    const cases: readonly (readonly [string, object, RegExp])[] = [
      ["an unqualified name", { imageName: "app", build }, /`app` is not fully qualified/],
      ["no name", { build }, /missing required property `imageName`/],
      [
        "two platforms",
        { imageName: name, build: { ...build, platform: "linux/amd64,linux/arm64" } },
        /only one platform per image/,
      ],
      [
        "an unknown builder",
        { imageName: name, build: { ...build, builderVersion: "Kaniko" } },
        /invalid Docker Builder version `Kaniko`/,
      ],
      [
        "a missing context",
        { imageName: name, build: { context: "./none" } },
        /build context `\.\/none` does not exist/,
      ],
      [
        "a missing Dockerfile",
        { imageName: name, build: { context: FOLDER } },
        /could not open dockerfile at relative path|at absolute path/,
      ],
      [
        "cacheFrom without images",
        { imageName: name, build: { ...build, cacheFrom: {} } },
        /`cacheFrom` needs `images`/,
      ],
      [
        "an unqualified cache image",
        { imageName: name, build: { ...build, cacheFrom: { images: ["app:main"] } } },
        /`app:main` is not fully qualified/,
      ],
    ];
    for (const [title, inputs, reason] of cases) {
      it(`refuses ${title}`, async () => {
        assert.match((await imageFaults(inputs)).join("\n"), reason);
      });
    }

    it("takes an unqualified name that is not pushed", async () => {
      assert.deepEqual(await imageFaults({ imageName: "app", skipPush: true, build }), []);
    });

    it("adds digest and platform, and says which platform it took", async () => {
      lines.length = 0;
      const given = { context: FOLDER, dockerfile: DOCKERFILE };
      const { inputs, failures } = await plugin.check(
        TYPE,
        { imageName: name, build: given },
        context,
      );
      assert.deepEqual(failures, []);
      const made = imageInputs(inputs).build;
      assert.match(made.platform ?? "", /^linux\/(amd64|arm64)$/);
      assert.match(lines.join("\n"), /Building your image for linux\//);
      const { build: checked } = decode(inputs) as { build: { contextDigest: string } };
      assert.match(checked.contextDigest, /^[0-9a-f]{64}$/);
    });

    it("leaves the digest unknown while the context is", async () => {
      const unknown = { ...build, context: UNKNOWN_WIRE };
      const { inputs } = await plugin.check(TYPE, { imageName: name, build: unknown }, context);
      assert.deepEqual(inputs["build"], { ...unknown, contextDigest: UNKNOWN_WIRE });
    });

    it("keeps a secret build secret", async () => {
      const { inputs } = await plugin.check(TYPE, { imageName: name, build: wrap(build) }, context);
      assert.deepEqual(Object.keys(inputs["build"] as object), Object.keys(wrap("") as object));
    });
  });

  describe("diff", () => {
    const registry = { server: "s", username: "u", password: wrap("p") };
    const olds = { imageName: "n", build: { context: "a", args: { X: "1" } }, registry };
    const cases: readonly (readonly [string, object, object])[] = [
      ["nothing", olds, {}],
      [
        "user name and password",
        { ...olds, registry: { server: "s", username: "v", password: wrap("q") } },
        {},
      ],
      [
        "the server",
        { ...olds, registry: { ...registry, server: "t" } },
        { "registry.server": "update" },
      ],
      ["the name", { ...olds, imageName: "m" }, { imageName: "update" }],
      ["an argument", { ...olds, build: { context: "a", args: {} } }, { "build.args.X": "delete" }],
      ["skipPush", { ...olds, skipPush: false }, { skipPush: "add" }],
      ["an unknown", { ...olds, imageName: UNKNOWN_WIRE }, { imageName: "update" }],
    ];
    for (const [title, news, expected] of cases) {
      it(`of ${title}`, () => {
        assert.deepEqual(imageDiff(olds, news), expected);
      });
    }

    it("never replaces", async () => {
      const old = { id: "n", state: {}, inputs: olds };
      const diff = await plugin.diff(TYPE, old, { ...olds, imageName: "m" });
      assert.deepEqual(diff, { changes: true, details: { imageName: "update" } });
    });
  });

  it("builds with one platform, no attestations, and values of arguments out of sight", () => {
    const args = buildArguments(
      "s/n:t",
      {
        ...imageInputs({ build }).build,
        args: { TOKEN: "value", PATH: "/x" },
        target: "final",
        network: "host",
        addHosts: ["a:1.2.3.4"],
        cacheFrom: ["s/cache:1"],
      },
      "default",
    );
    assert.deepEqual(args, [
      ...["buildx", "build", "--builder", "default", "--load", "--progress", "plain"],
      ...["--provenance=false", "--sbom=false", "--tag", "s/n:t", "--file", DOCKERFILE],
      ...["--platform", "linux/arm64", "--target", "final", "--network", "host"],
      ...["--add-host", "a:1.2.3.4", "--cache-from", "s/cache:1"],
      ...["--build-arg", "TOKEN", "--build-arg", "PATH=/x", FOLDER],
    ]);
  });

  it("takes the provider's host, else its context, and refuses half a certificate", () => {
    assert.deepEqual(daemonOf({ host: "ssh://builder" }), {
      builder: "default",
      env: { DOCKER_HOST: "ssh://builder", DOCKER_CONTEXT: undefined },
    });
    assert.deepEqual(daemonOf({ context: "builder" }), {
      builder: "builder",
      env: { DOCKER_HOST: undefined, DOCKER_CONTEXT: "builder" },
    });
    assert.deepEqual(certificateFaults({ caMaterial: "x" }), [
      "certMaterial, keyMaterial, and caMaterial must all be specified",
    ]);
  });

  it("knows Docker Hub by its other names", () => {
    assert.equal(loginServer("docker.io"), "https://index.docker.io/v1/");
    assert.equal(loginServer("https://ghcr.io/owner"), "ghcr.io");
  });

  it("leaves the digest unknown in a preview and builds nothing", async () => {
    const inputs = { imageName: "localhost:1/a:b", build };
    const { state } = await plugin.create(TYPE, inputs, true, context);
    assert.equal(state["repoDigest"], UNKNOWN_WIRE);
    assert.equal(state["imageName"], "localhost:1/a:b");
  });

  it("offers images alone", async () => {
    await assert.rejects(plugin.check("docker:index/container:Container", {}, context), {
      code: "resource-unknown",
      message: /offers docker:index\/image:Image alone/,
    });
  });
});
