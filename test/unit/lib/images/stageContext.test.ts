import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildSpec } from "../../../../lib/compose/model";
import { UserError } from "../../../../lib/errors";
import { type StagedContext, stageContext } from "../../../../lib/images";

const SPEC: BuildSpec = { service: "web", context: "web", dockerfile: "web/Dockerfile", args: {} };

describe("stageContext", () => {
  const folders: string[] = [];
  const umask = process.umask(0o022);

  /** A project with these files in the folder of the service; returns its path. */
  function project(files: Readonly<Record<string, string>>): string {
    const root = fs.mkdtempSync(join(tmpdir(), "bot-core-stage-"));
    folders.push(root);
    for (const [path, text] of Object.entries(files)) write(join(root, path), text);
    return root;
  }
  function write(path: string, text: string): void {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, text);
  }
  const stage = (root: string, spec: Partial<BuildSpec> = {}): Promise<StagedContext> =>
    stageContext({ ...SPEC, ...spec }, { projectDirectory: root });
  const list = (root: string): string[] =>
    fs
      .readdirSync(join(root, ".build/web"), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, ".build/web/").length))
      .sort();
  const modeOf = (path: string): string => (fs.lstatSync(path).mode & 0o777).toString(8);
  const fails = (work: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
    assert.rejects(
      work,
      (error) => error instanceof UserError && error.code === code && words.test(error.message),
    );

  const FILES = { "web/Dockerfile": "FROM scratch\n", "web/a": "1", "web/sub/b": "22" };

  afterEach(() => {
    process.umask(umask);
    for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
  });

  it("stages the context below .build and says what is in it", async () => {
    const root = project(FILES);
    const staged = await stage(root);
    assert.match(staged.inputsDigest, /^[0-9a-f]{64}$/);
    assert.deepEqual(
      { ...staged, inputsDigest: "" },
      {
        context: ".build/web",
        dockerfile: ".build/web/Dockerfile",
        inputsDigest: "",
        files: 3,
        bytes: 16,
      },
    );
    assert.deepEqual(list(root), ["Dockerfile", "a", "sub/b"]);
  });

  it("gives the same digest and modes whatever umask, times, order and place", async () => {
    const one = project(FILES);
    process.umask(0o077);
    const two = project(Object.fromEntries(Object.entries(FILES).reverse()));
    fs.utimesSync(join(two, "web/a"), 0, 0);
    fs.chmodSync(join(two, "web/sub/b"), 0o664);
    const [first, second] = [await stage(one), await stage(two)];
    assert.equal(first.inputsDigest, second.inputsDigest);
    for (const root of [one, two]) {
      assert.equal(modeOf(join(root, ".build/web/a")), "644");
      assert.equal(modeOf(join(root, ".build/web/sub/b")), "644");
      assert.equal(modeOf(join(root, ".build/web/sub")), "755");
      assert.equal(modeOf(join(root, ".build/web")), "755");
    }
  });

  it("sees content, mode to execute, link target, name, arguments, target, Dockerfile and network", async () => {
    const root = project(FILES);
    fs.symlinkSync("a", join(root, "web/link"));
    const digests = [(await stage(root)).inputsDigest];
    const changes: (() => Partial<BuildSpec>)[] = [
      () => (write(join(root, "web/a"), "2"), {}),
      () => (fs.chmodSync(join(root, "web/a"), 0o755), {}),
      () => (
        fs.rmSync(join(root, "web/link")),
        fs.symlinkSync("sub/b", join(root, "web/link")),
        {}
      ),
      () => (fs.renameSync(join(root, "web/a"), join(root, "web/c")), {}),
      () => (write(join(root, "web/Dockerfile"), "FROM scratch\nUSER 1\n"), {}),
      () => ({ args: { A: "1" } }),
      () => ({ target: "final" }),
      () => ({ network: "none" }),
    ];
    for (const change of changes) digests.push((await stage(root, change())).inputsDigest);
    assert.equal(new Set(digests).size, digests.length);
    const ab = await stage(root, { args: { A: "1", B: "2" } });
    const ba = await stage(root, { args: { B: "2", A: "1" } });
    assert.equal(ab.inputsDigest, ba.inputsDigest);
  });

  it("keeps links as they are, also those that lead nowhere or to a folder", async () => {
    const root = project(FILES);
    fs.symlinkSync("../outside", join(root, "web/dangling"));
    fs.symlinkSync("sub", join(root, "web/folder"));
    await stage(root);
    assert.equal(fs.readlinkSync(join(root, ".build/web/dangling")), "../outside");
    assert.equal(fs.readlinkSync(join(root, ".build/web/folder")), "sub");
    assert.deepEqual(list(root), ["Dockerfile", "a", "dangling", "folder", "sub/b"]);
  });

  it("leaves out what .dockerignore names, itself, .git and empty folders", async () => {
    const root = project({
      ...FILES,
      "web/.dockerignore": "# comment\nsub\n!sub/keep\n**/*.log\nDockerfile\n",
      "web/sub/keep/k": "k",
      "web/x/y.log": "log",
      "web/.git/HEAD": "ref",
    });
    fs.mkdirSync(join(root, "web/empty"));
    await stage(root);
    assert.deepEqual(list(root), ["Dockerfile", "a", "sub/keep/k"]);
  });

  it("does not look into ignored folders without need", async () => {
    const root = project({ ...FILES, "web/.dockerignore": "node_modules\n!keep\n" });
    fs.mkdirSync(join(root, "web/node_modules"));
    // A folder that is not looked into may hold what would be refused.
    const server = createServer().listen(join(root, "web/node_modules/s"));
    try {
      await stage(root);
      assert.deepEqual(list(root), ["Dockerfile", "a", "sub/b"]);
    } finally {
      server.close();
    }
  });

  it("prefers the Dockerfile's own ignore file", async () => {
    const root = project({
      ...FILES,
      "web/.dockerignore": "a\n",
      "web/Dockerfile.dockerignore": "sub\n",
    });
    await stage(root);
    assert.deepEqual(list(root), ["Dockerfile", "a"]);
  });

  it("stages a Dockerfile from outside the context", async () => {
    const root = project({ ...FILES, "docker/web.Dockerfile": "FROM scratch\nUSER 2\n" });
    const staged = await stage(root, { dockerfile: "docker/web.Dockerfile" });
    assert.equal(staged.dockerfile, ".build/web/.bot-core.Dockerfile");
    assert.equal(fs.readFileSync(join(root, staged.dockerfile), "utf8"), "FROM scratch\nUSER 2\n");
  });

  it("stages the project folder as a context without .build in it", async () => {
    const root = project({ Dockerfile: "FROM scratch\n", a: "1" });
    const spec = { context: ".", dockerfile: "Dockerfile" };
    const first = await stage(root, spec);
    assert.equal((await stage(root, spec)).inputsDigest, first.inputsDigest);
    assert.deepEqual(list(root), ["Dockerfile", "a"]);
  });

  it("leaves a tree that is right alone, and mends one that is not", async () => {
    const root = project(FILES);
    const staged = join(root, ".build/web");
    const first = await stage(root);
    const inode = fs.statSync(staged).ino;
    await stage(root);
    assert.equal(fs.statSync(staged).ino, inode);
    for (const spoil of [
      () => {
        fs.writeFileSync(join(staged, "a"), "spoilt");
      },
      () => {
        fs.writeFileSync(join(staged, "stray"), "");
      },
      () => {
        fs.chmodSync(join(staged, "a"), 0o600);
      },
      () => {
        fs.rmSync(join(staged, "sub"), { recursive: true });
      },
    ]) {
      spoil();
      assert.equal((await stage(root)).inputsDigest, first.inputsDigest);
      assert.deepEqual(list(root), ["Dockerfile", "a", "sub/b"]);
      assert.equal(fs.readFileSync(join(staged, "a"), "utf8"), "1");
      assert.equal(modeOf(join(staged, "a")), "644");
    }
    assert.deepEqual(fs.readdirSync(join(root, ".build")), ["web"]);
  });

  it("may run several times at once", async () => {
    const root = project(FILES);
    for (let round = 0; round < 5; round++) {
      write(join(root, "web/a"), String(round));
      const all = await Promise.all(Array.from({ length: 6 }, () => stage(root)));
      assert.equal(new Set(all.map(({ inputsDigest }) => inputsDigest)).size, 1);
      assert.equal(fs.readFileSync(join(root, ".build/web/a"), "utf8"), String(round));
    }
    assert.deepEqual(fs.readdirSync(join(root, ".build")), ["web"]);
  });

  it("removes what a killed run left, and not what a live one works on", async () => {
    const root = project(FILES);
    for (const name of [".staging-old", ".staging-new"]) write(join(root, ".build", name, "a"), "");
    fs.utimesSync(join(root, ".build/.staging-old"), 1, 1);
    await stage(root);
    assert.deepEqual(fs.readdirSync(join(root, ".build")).sort(), [".staging-new", "web"]);
  });

  it("names a missing context, a missing Dockerfile and an illegal service", async () => {
    const root = project(FILES);
    await fails(stage(root, { context: "nope" }), "context-missing", /`nope` of service `web`/);
    await fails(stage(root, { context: "web/a" }), "context-missing", /not a folder/);
    await fails(stage(root, { dockerfile: "web/No" }), "dockerfile-missing", /`web\/No`/);
    await fails(stage(root, { service: ".." }), "service-name", /`..` is not allowed/);
  });

  it("refuses a socket by its path", async () => {
    const root = project(FILES);
    const server = createServer().listen(join(root, "web/s.sock"));
    try {
      await fails(stage(root), "context-special-file", /s\.sock.*\.dockerignore/);
    } finally {
      server.close();
    }
  });

  it("refuses what cannot be read", async function () {
    const root = project(FILES);
    fs.chmodSync(join(root, "web/a"), 0);
    // root reads everything, so it is somebody else for this test
    const isRoot = process.geteuid?.() === 0;
    fs.chmodSync(root, 0o755);
    if (isRoot) process.seteuid?.(65534);
    try {
      await fails(stage(root), "context-unreadable", /web\/a/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
