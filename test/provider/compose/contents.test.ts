import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadCompose, secretEnvironment } from "../../../lib/compose";
import { objectOf } from "../../../lib/compose/json";
import { loadFiles, textsOf, writeFiles } from "./project";

const HEALTH = "healthcheck: {test: [CMD, check]}";

function web(lines: string): string {
  return `services:\n  web:\n    image: nginx\n    ${HEALTH}\n    ${lines}\n`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe("contents of a Compose project", () => {
  for (const remoteHost of [false, true]) {
    const host = remoteHost ? "a remote" : "a local";
    it(`puts a bound file into the model for ${host} host`, async () => {
      const compose = web("volumes: ['./conf/app.conf:/etc/app.conf:ro', 'data:/data']");
      const { model, findings } = await loadFiles(
        { "compose.yml": `${compose}volumes: {data: {}}\n`, "conf/app.conf": "price = $5\n" },
        { remoteHost },
      );
      const { definition, contents } = model.services.web!;
      const name = "bind_conf_app.conf_17649e9d";
      assert.deepEqual(findings.errors, []);
      assert.deepEqual(definition.configs, [{ source: name, target: "/etc/app.conf" }]);
      assert.deepEqual(
        (definition.volumes as { source: string }[]).map(({ source }) => source),
        ["data"],
      );
      assert.deepEqual(model.configs, { [name]: { content: "price = $5\n" } });
      assert.deepEqual(contents, { [`config:${name}`]: sha256("price = $5\n") });
    });
  }

  it("gives configs and secrets their content, from files, variables and text", async () => {
    const { model } = await loadFiles(
      {
        "compose.yml": `${web("configs: [a, b]\n    secrets: [c, d]")}configs:
  a: {file: ./a.conf}
  b: {content: "cost: $$5"}
  unused: {file: ./missing}
secrets:
  c: {file: ./c.txt}
  d: {environment: TOKEN}
`,
        "a.conf": "a\n",
        "c.txt": "in a file\n",
        ".env": "TOKEN='in $env'\n",
      },
      { remoteHost: true },
    );
    assert.deepEqual(model.configs, {
      a: { name: "shop_a", content: "a\n" },
      b: { name: "shop_b", content: "cost: $5" },
    });
    assert.deepEqual(
      Object.values(secretEnvironment(model, { web: model.services.web!.definition })).sort(),
      ["in $env", "in a file\n"],
    );
    assert.deepEqual(model.services.web!.contents, {
      "config:a": sha256("a\n"),
      "config:b": sha256("cost: $5"),
      "secret:c": sha256("in a file\n"),
      "secret:d": sha256("in $env"),
    });
  });

  const refused: [string, string, string][] = [
    [
      "a folder",
      "volumes: ['./conf:/conf:ro']",
      "compose.yml:5: `conf` is a folder, so a remote host cannot get it",
    ],
    [
      "a file that is no text",
      "volumes: ['./binary:/binary:ro']",
      "compose.yml:5: `binary` is no UTF-8 text, so a remote host cannot get it",
    ],
    [
      "a file that is missing",
      "volumes: ['./missing:/missing:ro']",
      "compose.yml:5: `missing` does not exist, so a remote host cannot get it",
    ],
    [
      "a large file",
      "volumes: ['./large:/large:ro']",
      "compose.yml:5: `large` is larger than 512 KiB, so a remote host cannot get it",
    ],
    [
      "a file for a read-only service",
      "volumes: ['./text:/text:ro']\n    read_only: true",
      "compose.yml:5: `text` cannot be copied into a service with `read_only: true`",
    ],
  ];
  const files = {
    "conf/a": "a",
    binary: "\0",
    large: "x".repeat(512 * 1024 + 1),
    text: "text",
  };
  for (const [title, lines, error] of refused) {
    it(`refuses ${title} for a remote host and keeps it a mount on a local one`, async () => {
      const project = { "compose.yml": web(lines), ...files };
      const mend =
        "; bind single text files, use a named volume or an absolute path of the host, or put it into the image";
      const remote = await loadFiles(project, { remoteHost: true });
      assert.deepEqual(textsOf(remote.findings.errors), [`${error}${mend}`]);
      const local = await loadFiles(project);
      assert.deepEqual(local.findings.errors, []);
      assert.equal((local.model.services.web!.definition.volumes as unknown[]).length, 1);
    });
  }

  it("counts a read-only folder by what is in it, and a folder of data not at all", async () => {
    const compose = web("volumes: ['./conf:/conf:ro', './data:/data', '/var/log:/log:ro']");
    const load = async (text: string): Promise<Readonly<Record<string, string>>> => {
      const project = { "compose.yml": compose, "conf/sub/a": text, "data/b": text };
      return (await loadFiles(project)).model.services.web!.contents;
    };
    const one = await load("1");
    assert.deepEqual(Object.keys(one), ["conf"]);
    assert.deepEqual(await load("1"), one);
    assert.notDeepEqual(await load("2"), one);
  });

  it("keeps a config's file where a read-only local service needs the mount", async () => {
    const compose = `${web("configs: [a]\n    read_only: true")}configs: {a: {file: ./a.conf}}\n`;
    const project = { "compose.yml": compose, "a.conf": "a\n" };
    const local = await loadFiles(project);
    assert.deepEqual(local.model.configs, { a: { name: "shop_a", file: "./a.conf" } });
    assert.deepEqual(local.model.services.web!.contents, { "config:a": sha256("a\n") });
    const remote = await loadFiles(project, { remoteHost: true });
    assert.deepEqual(textsOf(remote.findings.errors), [
      "compose.yml:7: `a.conf` cannot be copied into `web`, which is `read_only`, so a remote host cannot get it; put it into the image",
    ]);
  });

  it("reads paths from the project folder, and refuses what leaves the repository by a link", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "compose-link-"));
    try {
      writeFiles(folder, {
        "repo/.git/": "",
        "repo/docker/prod/compose.yml": `services:\n  web:\n    ${HEALTH}\n    build:\n      context: ../../web\n    volumes: ['../app.conf:/app.conf:ro']\n`,
        "repo/web/Dockerfile": "FROM scratch\n",
        "repo/app.conf": "found\n",
      });
      mkdirSync(path.join(folder, "repo/deploy"));
      const link = path.join(folder, "repo/deploy/compose.yml");
      symlinkSync("../docker/prod/compose.yml", link);
      const projectDirectory = path.join(folder, "repo/deploy");
      const loaded = await loadCompose({
        projectDirectory,
        files: ["compose.yml"],
        variables: {},
        envFiles: [],
        remoteHost: false,
      });
      assert.deepEqual(textsOf(loaded.findings.errors), [
        `compose.yml:5: \`../../web\` is ${folder}/web, above the repository ${folder}/repo; move it into the repository; compose.yml is a link, and its paths count from the project folder, not from where the link leads`,
      ]);
      assert.deepEqual(Object.values(loaded.model.configs).map(objectOf), [{ content: "found\n" }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("keeps an executable file executable, whatever the umask left of its mode", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "compose-mode-"));
    try {
      const compose = web("volumes: ['./init.sh:/init.sh:ro', './plain:/plain:ro']");
      writeFiles(folder, { "compose.yml": compose, "init.sh": "#!/bin/sh\n", plain: "p" });
      chmodSync(path.join(folder, "init.sh"), 0o700);
      const { model } = await loadCompose({
        projectDirectory: folder,
        files: ["compose.yml"],
        variables: {},
        envFiles: [],
        remoteHost: true,
      });
      const modes = (model.services.web!.definition.configs as { mode?: number }[]).map(
        ({ mode }) => mode,
      );
      assert.deepEqual(modes, [0o555, undefined]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
