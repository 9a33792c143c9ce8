import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "../../../../dev/skip";
import { UserError } from "../../../../lib/errors";
import { readSource } from "../../../../lib/git";
import type { Run } from "../../../../lib/process/run";
import type { SourceFacts } from "../../../../lib/resources/imageIndex";

const DATE = "2026-01-02T03:04:05Z";

describe("readSource", () => {
  let root = "";
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        ...process.env,
        GIT_AUTHOR_DATE: "2026-01-02T05:04:05+02:00",
        GIT_COMMITTER_DATE: "2026-01-02T05:04:05+02:00",
        GIT_AUTHOR_NAME: "a",
        GIT_AUTHOR_EMAIL: "a@example.com",
        GIT_COMMITTER_NAME: "a",
        GIT_COMMITTER_EMAIL: "a@example.com",
      },
    }).trim();
  const write = (path: string, text: string): void => {
    fs.mkdirSync(join(root, path, ".."), { recursive: true });
    fs.writeFileSync(join(root, path), text);
  };
  const commit = (message: string): string => {
    git("add", "-A");
    git("commit", "-q", "-m", message);
    return git("rev-parse", "HEAD");
  };
  const read = (
    env: Record<string, string> = {},
    paths: string[] = ["web", "docker/web.Dockerfile"],
  ): Promise<SourceFacts> => readSource({ projectDirectory: root, paths, env });

  let head = "";
  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), "bot-core-git-"));
    git("init", "-q", "-b", "main");
    write("web/a", "1");
    write("docker/web.Dockerfile", "FROM scratch");
    write("Pulumi.dev.yaml", "config: {}");
    head = commit("one");
  });
  afterEach(() => {
    fs.rmSync(root, { recursive: true });
  });

  it("reads commit, its date in UTC, branch and remote", async () => {
    git("remote", "add", "origin", "git@github.com:owner/bot-core.git");
    assert.deepEqual(await read(), {
      revision: head,
      created: DATE,
      branch: "main",
      isDefaultBranch: true,
      dirty: false,
      url: "https://github.com/owner/bot-core",
    });
  });

  it("sees dirt inside the given paths only", async () => {
    write("Pulumi.dev.yaml", "config: {x: 1}");
    write("notes", "new");
    assert.equal((await read()).dirty, false);
    assert.equal((await read({}, [])).dirty, false);
    for (const [path, text] of [
      ["web/a", "2"],
      ["web/new", ""],
      ["docker/web.Dockerfile", "FROM x"],
    ] as const) {
      const before = fs.existsSync(join(root, path))
        ? fs.readFileSync(join(root, path))
        : undefined;
      write(path, text);
      const { dirty, revision } = await read();
      assert.deepEqual({ dirty, revision }, { dirty: true, revision: `${head}-dirty` }, path);
      if (before === undefined) fs.rmSync(join(root, path));
      else fs.writeFileSync(join(root, path), before);
    }
    git("rm", "-q", "--cached", "web/a");
    assert.equal((await read()).dirty, true);
  });

  it("does not take a path for a pattern", async () => {
    write("w*/a", "1");
    commit("two");
    write("web/a", "2");
    assert.equal((await read({}, ["w*"])).dirty, false);
  });

  it("reads a project in a folder of a repository", async () => {
    const facts = await readSource({
      projectDirectory: join(root, "docker"),
      paths: ["../web"],
      env: {},
    });
    assert.equal(facts.revision, head);
    write("web/a", "2");
    const again = { projectDirectory: join(root, "docker"), paths: ["../web"], env: {} };
    assert.equal((await readSource(again)).dirty, true);
  });

  it("names a path that is outside the repository", async () => {
    await assert.rejects(
      read({}, ["../elsewhere"]),
      (error) => error instanceof UserError && /elsewhere.*inside/.test(error.message),
    );
  });

  it("takes the default branch from origin/HEAD, else main or master", async () => {
    git("checkout", "-q", "-b", "feat/x");
    const feature = await read();
    assert.deepEqual([feature.branch, feature.isDefaultBranch], ["feat/x", false]);
    git("update-ref", "refs/remotes/origin/feat/x", "HEAD");
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/feat/x");
    assert.equal((await read()).isDefaultBranch, true);
    git("checkout", "-q", "main");
    assert.equal((await read()).isDefaultBranch, false);
  });

  it("counts a detached commit to the default branch if that contains it", async () => {
    git("checkout", "-q", "--detach");
    const lone = await read();
    assert.deepEqual([lone.branch, lone.isDefaultBranch], [undefined, false]);
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    assert.equal((await read()).isDefaultBranch, true);
    write("web/a", "2");
    commit("beside");
    assert.equal((await read()).isDefaultBranch, false);
  });

  describe("in CI", () => {
    it("takes the branch of a detached checkout from the variables", async () => {
      git("checkout", "-q", "--detach");
      const env = { GITHUB_REF: "refs/heads/main", GITHUB_REF_NAME: "main", GITHUB_SHA: head };
      const { branch, isDefaultBranch } = await read(env);
      assert.deepEqual([branch, isDefaultBranch], ["main", true]);
    });

    it("takes the default branch from the event", async () => {
      write("event.json", '{"repository":{"default_branch":"develop"}}');
      const env = { GITHUB_REF: "refs/heads/main", GITHUB_REF_NAME: "main" };
      const event = { GITHUB_EVENT_PATH: join(root, "event.json") };
      assert.equal((await read({ ...env, ...event })).isDefaultBranch, false);
    });

    it("is on no branch for a tag", async () => {
      const { branch } = await read({ GITHUB_REF: "refs/tags/v1.0.0", GITHUB_REF_NAME: "v1.0.0" });
      assert.equal(branch, undefined);
    });

    it("takes a pull request's head for the revision, and never the default branch", async () => {
      git("checkout", "-q", "-b", "feat/x");
      write("web/a", "2");
      const change = commit("change");
      git("checkout", "-q", "main");
      write("web/b", "3");
      commit("main goes on");
      git("checkout", "-q", "--detach");
      git("merge", "-q", "--no-ff", "--no-edit", "feat/x");
      const facts = await read({
        GITHUB_REF: "refs/pull/17/merge",
        GITHUB_HEAD_REF: "main",
        GITHUB_REF_NAME: "17/merge",
      });
      assert.deepEqual(
        [facts.revision, facts.pullRequest, facts.branch, facts.isDefaultBranch],
        [change, 17, "main", false],
      );
    });
  });

  describe("without git", () => {
    beforeEach(() => {
      fs.rmSync(join(root, ".git"), { recursive: true });
    });

    it("takes GIT_SHA, else GITHUB_SHA, else nothing", async () => {
      const nothing = { isDefaultBranch: false, dirty: false };
      assert.deepEqual(await read(), nothing);
      assert.deepEqual(await read({ GITHUB_SHA: head }), { ...nothing, revision: head });
      const both = { GIT_SHA: "abcdef0123", GITHUB_SHA: head };
      assert.deepEqual(await read(both), { ...nothing, revision: "abcdef0123" });
    });

    it("refuses a GIT_SHA that is no commit id", async () => {
      await assert.rejects(
        read({ GIT_SHA: "main; rm" }),
        (error) => error instanceof UserError && error.code === "git-sha",
      );
    });
  });

  it("goes on without the program and without a commit", async () => {
    const missing: Run = () =>
      Promise.reject(new UserError("`git` is not on PATH", "program-missing"));
    const args = { projectDirectory: root, paths: ["web"], env: { GIT_SHA: head } };
    assert.equal((await readSource({ ...args, run: missing })).revision, head);
    fs.rmSync(join(root, ".git"), { recursive: true });
    git("init", "-q");
    assert.equal((await read({ GIT_SHA: head })).revision, head);
  });

  it("reads a checkout that belongs to somebody else", async function () {
    // Only root can give a checkout away.
    if (process.getuid?.() !== 0) skip(this, "only root meets another owner's checkout");
    execFileSync("chown", ["-R", "65534:65534", root]);
    assert.throws(() => git("rev-parse", "HEAD"));
    assert.equal((await read()).revision, head);
  });
});
