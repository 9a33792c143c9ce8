import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { skip } from "../../../dev/skip";
import { findDockerCli } from "../../../dev/dockerCli";
import { stageContext } from "../../../lib/images";
import { run } from "../../../lib/process/run";

const FILES = [
  "a.txt",
  "b.log",
  "keep/a.txt",
  "keep/b.log",
  "sub/a.txt",
  "sub/deep/a.txt",
  "sub/deep/b.log",
  "sub/deep/keep/c.txt",
  "node_modules/x/index.js",
  "sub/node_modules/x/index.js",
  ".hidden/a.txt",
  "with space/a.txt",
];
const IGNORE_FILES: Readonly<Record<string, string>> = {
  nothing: "",
  "a folder and all below": "sub\nnode_modules/\n",
  "only at the root": "/a.txt\n*.log\nnode_modules\n",
  "at any depth": "**/node_modules\n**/*.log\n",
  "everything but": "*\n!keep\n!sub/deep/a.txt\n",
  "taken back and ignored again": "sub\n!sub/deep\nsub/deep/keep\n",
  "order decides": "!a.txt\na.txt\nb.log\n!b.log\n",
  "wildcards in folders": "s*/d??p\n*/a.txt\n",
  "taken back at any depth": "sub\n!**/c.txt\n",
  "comments, blanks and odd spellings": "# sub\n\n  keep  \n./sub/./deep\nwith space\n\r\n",
  "character classes and hidden files": "[ab].*\n.*\n",
};

describe("the staged context and what BuildKit would send", function () {
  this.timeout(60_000);
  let docker = "";
  let root = "";

  before(async function () {
    docker = (await findDockerCli()) ?? "";
    if (docker === "" || (await run(docker, ["info"])).code !== 0) {
      skip(this, "there is no Docker daemon");
    }
  });
  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), "oci-test-ignore-"));
    for (const path of FILES) {
      fs.mkdirSync(dirname(join(root, "web", path)), { recursive: true });
      fs.writeFileSync(join(root, "web", path), path);
    }
    fs.writeFileSync(join(root, "web/Dockerfile"), "FROM scratch\nCOPY . /\n");
  });
  afterEach(() => {
    fs.rmSync(root, { recursive: true });
  });

  const list = (folder: string): string[] =>
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .filter((path) => path !== "Dockerfile" && path !== ".dockerignore")
      .sort();

  async function build(context: string): Promise<string[]> {
    const out = join(root, "out");
    const args = ["buildx", "build", "--quiet", "--output", `type=local,dest=${out}`, context];
    const result = await run(docker, args);
    assert.equal(result.code, 0, result.stderr);
    const files = list(out);
    fs.rmSync(out, { recursive: true });
    return files;
  }

  for (const [name, text] of Object.entries(IGNORE_FILES)) {
    it(`are the same files: ${name}`, async () => {
      fs.writeFileSync(join(root, "web/.dockerignore"), text);
      const spec = { service: "web", context: "web", dockerfile: "web/Dockerfile", args: {} };
      const staged = await stageContext(spec, { projectDirectory: root });
      const sent = await build(join(root, "web"));
      assert.deepEqual(list(join(root, staged.context)), sent);
      assert.deepEqual(await build(join(root, staged.context)), sent);
    });
  }
});
