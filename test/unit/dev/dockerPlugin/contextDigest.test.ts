import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextDigest, contextFiles, goMode } from "../../../../dev/dockerPlugin/contextDigest";

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

describe("contextDigest", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "context-digest-"));
    await mkdir(join(folder, "src"));
    await write("Dockerfile", "FROM scratch\n");
    await write("src/a.txt", "a");
    await write("b.txt", "b");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function write(name: string, text: string, mode = 0o644): Promise<void> {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), mode);
  }

  const digest = (): Promise<string> => contextDigest(folder, join(folder, "Dockerfile"));
  const files = (): Promise<readonly string[]> => contextFiles(folder, join(folder, "Dockerfile"));

  it("is SHA-256 over path, Go mode and content's hash of the Dockerfile and each file", async () => {
    const expected = createHash("sha256");
    const add = (name: string, mode: string, text: string): void => {
      expected.update(name).update(mode).update(sha256(text)).update("\0");
    };
    add("Dockerfile", "----------", "FROM scratch\n");
    add("Dockerfile", "-rw-r--r--", "FROM scratch\n");
    add("b.txt", "-rw-r--r--", "b");
    add("src/a.txt", "-rw-r--r--", "a");
    assert.equal(await digest(), expected.digest("hex"));
  });

  it("does not see times; sees content, names, permission bits and a link's target", async () => {
    const seen = [await digest()];
    await utimes(join(folder, "b.txt"), 1, 1);
    assert.equal(await digest(), seen[0]);
    const changes: (() => Promise<void>)[] = [
      () => write("b.txt", "changed"),
      () => write("c.txt", "b"),
      () => chmod(join(folder, "c.txt"), 0o755),
      () => symlink("b.txt", join(folder, "link")),
      async () => {
        await rm(join(folder, "link"));
        await symlink("nowhere", join(folder, "link"));
      },
    ];
    for (const change of changes) {
      await change();
      const now = await digest();
      assert.ok(!seen.includes(now));
      seen.push(now);
    }
  });

  it("leaves out what .dockerignore names, with exceptions, case and comments", async () => {
    await mkdir(join(folder, "node_modules"));
    await write("node_modules/x.js", "x");
    await write("node_modules/keep.js", "x");
    await write("README.md", "r");
    await write("readme.txt", "r");
    await write(".dockerignore", "# comment\n\nnode_modules\n!node_modules/keep.js\nreadme*\n");
    assert.deepEqual(await files(), [
      ".dockerignore",
      "Dockerfile",
      "README.md",
      "b.txt",
      "node_modules/keep.js",
      "src/a.txt",
    ]);
  });

  it("prefers the Dockerfile's own ignore file", async () => {
    await write(".dockerignore", "b.txt\n");
    await write("Dockerfile.dockerignore", "src\n");
    const found = await files();
    assert.ok(found.includes("b.txt"));
    assert.ok(!found.includes("src/a.txt"));
  });

  it("sees a change of a Dockerfile outside the context", async () => {
    const context = join(folder, "src");
    const one = await contextDigest(context, join(folder, "Dockerfile"));
    await write("Dockerfile", "FROM scratch AS other\n");
    assert.notEqual(await contextDigest(context, join(folder, "Dockerfile")), one);
  });

  it("names the context where a file cannot be read", async () => {
    await assert.rejects(contextDigest(join(folder, "none"), join(folder, "Dockerfile")), {
      code: "context-unreadable",
      message: /unable to hash build context `.*none`/,
    });
  });

  const MODES: readonly (readonly [number, string])[] = [
    [0o100644, "-rw-r--r--"],
    [0o100755, "-rwxr-xr-x"],
    [0o104755, "urwxr-xr-x"],
    [0o102755, "grwxr-xr-x"],
    [0o106755, "ugrwxr-xr-x"],
    [0o101777, "trwxrwxrwx"],
    [0o120777, "Lrwxrwxrwx"],
    [0o010600, "prw-------"],
    [0o140755, "Srwxr-xr-x"],
    [0o020666, "Dcrw-rw-rw-"],
    [0o100000, "----------"],
  ];
  for (const [mode, text] of MODES) {
    it(`writes mode ${mode.toString(8)} as Go does: ${text}`, () => {
      assert.equal(goMode(mode), text);
    });
  }
});
