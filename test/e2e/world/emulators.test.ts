import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { skip } from "../../../dev/skip";
import { CHECKOUT } from "../../../dev/paths";
import { WORLD_FOLDER } from "./places";
import { startWorld, whyNoWorld, type World } from "./world";

const FOLDER = "projects/emulators";

/** The plugins' emulators through the real engine: what they refuse, and what they keep secret. */
describe("Emulators of the clouds' plugins", function () {
  this.timeout(120_000);
  let world: World | undefined;

  before(async function () {
    const reason = whyNoWorld();
    if (reason !== undefined) skip(this, reason);
    world = await startWorld();
    const folder = world.path(FOLDER);
    await mkdir(join(folder, "state"), { recursive: true });
    await symlink(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    await writeFile(
      join(folder, "Pulumi.yaml"),
      "name: emulators\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
    );
    await pulumi("stack", "init", "test");
  });

  after(() => world?.close());

  it("refuses a resource that the cloud's package has not", async () => {
    await declare('raw("aws:ecr/cupboard:Cupboard", { name: "a" });');
    assertSays(await up(), "@pulumi/aws has no resource aws:ecr/cupboard:Cupboard");
  });

  it("refuses an input that the resource has not", async () => {
    await declare('raw("aws:ecr/repository:Repository", { name: "a", colour: "red" });');
    assertSays(await up(), "aws:ecr/repository:Repository has no input colour");
  });

  it("refuses an argument that a function has not", async () => {
    const token = "aws:ecr/getRepositories:getRepositories";
    await declare(
      `module.exports = pulumi.runtime.invoke("${token}", { colour: "red" }, { version });`,
    );
    assertSays(await up(), `${token} has no argument colour`);
  });

  it("refuses to make what is there, in the cloud's words, and imports it", async () => {
    const repository = (options: string): string =>
      `raw("aws:ecr/repository:Repository", { name: "there" }, ${options});`;
    await declare(repository("{ retainOnDelete: true }"));
    assert.equal((await up()).code, 0);
    await declare("");
    assert.equal((await up()).code, 0);
    await declare(repository("{}"));
    assertSays(await up(), "RepositoryAlreadyExistsException");
    await declare(repository('{ import: "there" }'));
    const imported = await up();
    assert.equal(imported.code, 0, imported.output);
    assert.match(imported.output, /imported/);
    await declare(repository("{}"));
    assert.equal((await pulumi("preview", "--expect-no-changes")).code, 0);
    await declare('raw("aws:ecr/repository:Repository", { name: "other" });');
    assert.match((await up()).output, /replaced|create replacement/);
  });

  it("keeps a secret input secret among the outputs", async () => {
    const inputs = '{ name: "secret", tags: { owner: pulumi.secret("planted-tag") } }';
    await declare(`raw("aws:ecr/repository:Repository", ${inputs});`);
    assert.equal((await up()).code, 0);
    const { output } = await pulumi("stack", "export");
    assert.ok(output.includes("ciphertext") && !output.includes("planted-tag"));
  });

  async function declare(statement: string): Promise<void> {
    const program = `
      const pulumi = require("@pulumi/pulumi");
      const { version } = require("@pulumi/aws/package.json");
      const raw = (type, inputs, opts = {}) =>
        new pulumi.CustomResource(type, "one", { ...inputs }, { version, ...opts });
      ${statement}
    `;
    if (world !== undefined) await writeFile(world.path(FOLDER, "index.js"), program);
  }

  interface Ran {
    readonly code: number;
    readonly output: string;
  }

  async function pulumi(...args: readonly string[]): Promise<Ran> {
    if (world === undefined) throw new Error("the world has not begun");
    const { code, stdout, stderr } = await world.run("pulumi", [...args, "--color", "never"], {
      folder: FOLDER,
      env: {
        PULUMI_BACKEND_URL: `file://${WORLD_FOLDER}/${FOLDER}/state`,
        PULUMI_CONFIG_PASSPHRASE: "e2e",
      },
    });
    return { code, output: stdout + stderr };
  }

  function up(): Promise<Ran> {
    return pulumi("up", "--yes", "--skip-preview");
  }

  function assertSays({ code, output }: Ran, words: string): void {
    assert.notEqual(code, 0, output);
    assert.ok(output.includes(words), output);
  }
});
