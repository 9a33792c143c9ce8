import assert from "node:assert/strict";
import { chmod, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../../lib/errors";
import { writeFiles } from "../../../../lib/bases";
import { run } from "../../../../lib/process/run";
import { after, NEW, OLD, outcomes, plan, projectWith, read } from "./support";

describe("refreshing bases", () => {
  it("moves the digest where it stands, and leaves all else", async () => {
    const text = `# x\r\nARG A='rust:1@${OLD}' # no comment\r\nFROM --platform=$BUILDPLATFORM \${A} AS b\r\nRUN a \\\r\n  b\r\nFROM gcr.io/x/y:2@${OLD}\r\nCOPY --from=b / /`;
    const project = await projectWith({ "web/Dockerfile": text });
    const moved = await plan(project);
    assert.deepEqual(after(moved), { "web/Dockerfile": text.replaceAll(OLD, NEW) });
    assert.deepEqual(outcomes(moved), [
      "web/Dockerfile:2 rust:1@OLD moved",
      "web/Dockerfile:6 gcr.io/x/y:2@OLD moved",
    ]);
    await writeFiles(moved.files);
    const again = await plan(project);
    assert.equal(again.diff, "");
    assert.deepEqual(again.files, []);
  });

  it("gives a digest with `pin` alone", async () => {
    const text = `# syntax=docker/dockerfile:1\nARG V=1\nARG A="rust:1"\nFROM \${A}\nFROM node\nFROM x/y:\${V} AS z\nFROM z\nCOPY --from=ghcr.io/a/b:3 / /\n`;
    const project = await projectWith({ "web/Dockerfile": text });
    assert.deepEqual(
      outcomes(await plan(project)).map((line) => line.split(" ").at(-1)),
      [...Array<string>(5).fill("unpinned")],
    );
    const pinned = after(await plan(project, { pin: true }))["web/Dockerfile"];
    assert.equal(
      pinned,
      `# syntax=docker/dockerfile:1\nARG V=1\nARG A="rust:1@${NEW}"\nFROM \${A}\nFROM node:latest@${NEW}\nFROM x/y:\${V}@${NEW} AS z\nFROM z\nCOPY --from=ghcr.io/a/b:3@${NEW} / /\n`,
    );
  });

  it("changes the literal of a Compose build arg, and the Dockerfile's own default with it", async () => {
    const compose = `services:\n  web:\n    build:\n      context: web\n      args:\n        A: "\${A:-rust:1@${OLD}}" # kept\n  api:\n    build:\n      context: api\n      args:\n        - B=\${B-node:1@${OLD}}\n        - C\n`;
    const project = await projectWith(
      {
        "compose.yml": compose,
        "web/Dockerfile": `ARG A=rust:1@${OLD}\nFROM $A\n`,
        "api/Dockerfile": `ARG B\nFROM $B\n`,
      },
      // What this machine's environment says does not count.
      { web: { A: "local/rust:dev" }, api: { B: "local/node:dev" } },
    );
    const moved = await plan(project);
    assert.deepEqual(after(moved), {
      "compose.yml": compose.replaceAll(OLD, NEW),
      "web/Dockerfile": `ARG A=rust:1@${NEW}\nFROM $A\n`,
    });
    assert.deepEqual(outcomes(moved), [
      "compose.yml:6 rust:1@OLD moved",
      "compose.yml:11 node:1@OLD moved",
      "web/Dockerfile:1 rust:1@OLD moved",
    ]);
  });

  it("takes a later Compose file's value, and anchors where they are defined", async () => {
    const base = `x-a: &a\n  A: rust:1@${OLD}\nservices:\n  web:\n    build:\n      context: web\n      args: *a\n`;
    const files = { "a.yml": base, "web/Dockerfile": "ARG A\nFROM ${A:-scratch}\n" };
    const anchored = after(await plan(await projectWith(files, { web: { A: "x" } })));
    assert.deepEqual(anchored, { "a.yml": base.replace(OLD, NEW) });
    const later = `services: { web: { build: { args: { A: 'rust:2@${OLD}' } } } }\n`;
    const both = await projectWith({ ...files, "b.yml": later }, { web: { A: "x" } });
    assert.deepEqual(after(await plan(both)), { "b.yml": later.replace(OLD, NEW) });
  });

  const skipped: [string, string, string][] = [
    [
      "no tag",
      `FROM a@${OLD}\n`,
      `a@OLD skipped has no tag, so nothing says what it follows; add one`,
    ],
    ["no image", "FROM A:b:c\n", "A:b:c skipped is no image reference"],
    [
      "no value",
      "FROM a:${TARGETARCH}\n",
      "a:${TARGETARCH} skipped uses the variable TARGETARCH, which no file here gives a value",
    ],
    [
      "a digest in two pieces",
      `ARG H=${"a".repeat(32)}\nFROM a:1@sha256:\${H}\${H}\n`,
      "a:1@OLD skipped has its digest in no file that could be changed",
    ],
  ];
  for (const [name, text, expected] of skipped) {
    it(`leaves what has ${name}`, async () => {
      const moved = await plan(await projectWith({ "web/Dockerfile": text }));
      const line = text.startsWith("ARG") ? 2 : 1;
      assert.deepEqual(outcomes(moved), [`web/Dockerfile:${line} ${expected}`]);
      assert.deepEqual(moved.files, []);
    });
  }

  it("does not let one digest follow two images", async () => {
    const text = `ARG D=${OLD}\nFROM a:1@\${D}\nFROM b:1@\${D}\n`;
    const tags = { "docker.io/library/a:1": NEW, "docker.io/library/b:1": OLD };
    const moved = await plan(await projectWith({ "web/Dockerfile": text }), { tags });
    assert.deepEqual(moved.files, []);
    assert.match(outcomes(moved)[0] ?? "", /skipped shares its place/);
  });

  it("refuses a pin that would break another image's name", async () => {
    const project = await projectWith({ "web/Dockerfile": "ARG A=a:1\nFROM $A\nFROM $A-slim\n" });
    await assert.rejects(
      plan(project, { pin: true }),
      (error) => error instanceof UserError && error.code === "base-entangled",
    );
  });

  it("goes on where one registry is away, a tag is gone, or a file cannot be read", async () => {
    const project = await projectWith(
      {
        "api/Dockerfile": `FROM away.example/a:1@${OLD}\nFROM a:1@${OLD}\nFROM gone:1@${OLD}\n`,
        "bin/Dockerfile": "",
      },
      { api: {}, web: {}, bin: {} },
    );
    await writeFile(
      join(project.directory, "bin/Dockerfile"),
      Buffer.from("FROM a\n# \xff\n", "latin1"),
    );
    const tags = { "away.example/a:1": new Error("is away"), "docker.io/library/a:1": NEW };
    const moved = await plan(project, { tags });
    assert.deepEqual(outcomes(moved), [
      "api/Dockerfile:1 away.example/a:1@OLD failed is away",
      "api/Dockerfile:2 a:1@OLD moved",
      "api/Dockerfile:3 gone:1@OLD failed `docker.io/library/gone` has no tag `1`; correct the reference",
    ]);
    assert.deepEqual(moved.faults.map(({ at }) => at).sort(), ["bin/Dockerfile", "web/Dockerfile"]);
    assert.deepEqual(Object.keys(after(moved)), ["api/Dockerfile"]);
  });

  it("makes a patch that git applies", async () => {
    const filler = Array.from({ length: 9 }, (_, at) => `RUN ${at}\n`).join("");
    const text = `FROM a:1@${OLD}\n${filler}FROM b:1@${OLD}\nFROM c:1@${OLD}`;
    const project = await projectWith({ "web/Dockerfile": text });
    const { diff } = await plan(project);
    assert.equal(diff.match(/^@@/gm)?.length, 2);
    const options = { cwd: project.directory, input: diff };
    const applied = await run("git", ["apply", "--verbose", "-"], options);
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal(await read(project, "web/Dockerfile"), text.replaceAll(OLD, NEW));
  });
});

describe("writing the files", () => {
  it("keeps modes and links, and leaves nothing beside them", async () => {
    const project = await projectWith({ "web/real": `FROM a:1@${OLD}\n` });
    const path = join(project.directory, "web/Dockerfile");
    await symlink("real", path);
    await chmod(path, 0o640);
    await writeFiles((await plan(project)).files);
    assert.equal(await read(project, "web/real"), `FROM a:1@${NEW}\n`);
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.deepEqual(await readdir(join(project.directory, "web")), ["Dockerfile", "real"]);
  });

  it("writes none where one was changed meanwhile", async () => {
    const project = await projectWith(
      { "api/Dockerfile": `FROM a:1@${OLD}\n`, "web/Dockerfile": `FROM a:1@${OLD}\n` },
      { api: {}, web: {} },
    );
    const { files } = await plan(project);
    await writeFile(join(project.directory, "web/Dockerfile"), "FROM other\n");
    await assert.rejects(
      writeFiles(files),
      (error) => error instanceof UserError && error.code === "base-changed",
    );
    assert.equal(await read(project, "api/Dockerfile"), `FROM a:1@${OLD}\n`);
    assert.deepEqual(await readdir(join(project.directory, "api")), ["Dockerfile"]);
  });
});
