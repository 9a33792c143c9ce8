import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { OutputMap } from "@pulumi/pulumi/automation";
import { skip } from "../../../dev/skip";
import { REGISTRY_SERVER } from "../../../dev/localRegistry";
import { type RunResult, run } from "../../../lib/process/run";
import { createProject, type Project } from "../../e2e/support/project";
import { registry, tagsOf } from "../../e2e/support/registry";
import { planned } from "../../e2e/support/release";
import { hasPulumi } from "../plugin/project";

const BOT_CORE = resolve(__dirname, "../../../cli/bot-core.mjs");
const FILES = {
  "docker-compose.prod.yml": `services:
  app:
    build: app
    image: "\${DOCKER_REGISTRY}/app:\${VERSION}"
`,
  "app/Dockerfile": "FROM scratch\nCOPY text /text\n",
  "app/text": "one\n",
};

/** docs/disaster-recovery.md, step by step: the registry is lost, and the stack goes on from its copy. */
describe("switching a stack to the copy of its images", function () {
  this.timeout(300_000);
  let project: Project | undefined;
  let backup = "";

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
    project = await createProject({ files: FILES, config: { host: false } });
    backup = `e2e/${project.name}-backup`;
  });
  after(async () => {
    if (project === undefined) return;
    const copies = new Set(Object.values(await tagsOf(`${backup}/app`)));
    for (const digest of copies) await registry().deleteManifest(`${backup}/app`, digest);
    await project.dispose();
  });

  it("deploys the same digests with 0 builds, though the first registry's images are gone", async () => {
    assert.ok(project !== undefined);
    const { stack, directory, environment, namespace } = project;
    const first = await stack.up({ color: "never" });
    const digest = digestOf(first.outputs);
    assert.match(digest, /^sha256:/);

    const place = `${REGISTRY_SERVER}/${backup}`;
    const copied = await botCore(project, "images", "copy", "v0.1.0", "--to", place, "--all-tags");
    assert.equal(copied.code, 0, copied.stderr);
    const tags = await tagsOf(`${backup}/app`);
    assert.deepEqual(
      ["latest", "v0.1", "v0.1.0"].map((tag) => tags[tag]),
      [digest, digest, digest],
    );
    const again = await botCore(project, "images", "copy", "v0.1.0", "--to", place, "--json");
    const { services } = JSON.parse(again.stdout) as { services: { result: unknown }[] };
    assert.deepEqual(services[0]?.result, {
      digest,
      manifests: { copied: 0, present: 2 },
      referrers: { copied: 0, present: 0 },
      blobs: { copied: 0, present: 0 },
      tags: { copied: 0, present: 1 },
      sentBytes: 0,
    });

    // The disaster: no image left, and a source that builds no more.
    for (const lost of new Set(Object.values(await tagsOf(`${namespace}/app`)))) {
      await registry().deleteManifest(`${namespace}/app`, lost);
    }
    await rm(join(directory, "app/Dockerfile"));
    await project.configure({
      registry: { server: REGISTRY_SERVER, namespace: backup, insecure: true },
    });
    const operations: string[] = [];
    const second = await stack.up({
      color: "never",
      onEvent: ({ resourcePreEvent }) => {
        const { type = "", op = "" } = resourcePreEvent?.metadata ?? {};
        if (type.startsWith("docker:")) operations.push(op);
      },
    });
    assert.ok(
      !operations.some((op) => ["create", "update", "replace"].includes(op)),
      operations.join(),
    );
    assert.equal(digestOf(second.outputs), digest);
    assert.deepEqual(await planned(project), {});
    assert.ok(environment["PULUMI_CONFIG_PASSPHRASE"] !== undefined);
  });

  it("says what it was not told, and what is not there", async () => {
    assert.ok(project !== undefined);
    const nowhere = await botCore(project, "images", "copy", "v0.1.0");
    assert.deepEqual([nowhere.code, /--to SERVER\/NAMESPACE/.test(nowhere.stderr)], [2, true]);
    const missing = await botCore(project, "images", "copy", "v9.9.9", "--to", "localhost:5005/x");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /`v9\.9\.9` is not published for any service/);
    const same = await botCore(
      project,
      "images",
      "copy",
      "v0.1.0",
      "--to",
      `localhost:5005/${backup}`,
    );
    assert.deepEqual([same.code, /is where the stack's images are/.test(same.stderr)], [1, true]);
  });

  const botCore = (on: Project, ...args: readonly string[]): Promise<RunResult> =>
    run(process.execPath, [BOT_CORE, ...args, "--stack", "test"], {
      cwd: on.directory,
      env: { ...process.env, ...on.environment },
      timeoutMs: 120_000,
    });
});

function digestOf(outputs: OutputMap): string {
  // The output's shape is part of the interface.
  const { services } = outputs["release"]?.value as {
    readonly services: Readonly<Record<string, { readonly digest?: string }>>;
  };
  return services["app"]?.digest ?? "none";
}
