import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../../lib/process/run";

const CHECKOUT = resolve(__dirname, "../../..");

describe("the program's start", function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "program-"));
    cpSync(join(CHECKOUT, "runtime"), join(folder, "runtime"), { recursive: true });
    symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    for (const name of ["package.json", "package-lock.json", "tsconfig.json"]) {
      cpSync(join(CHECKOUT, name), join(folder, name));
    }
    mkdirSync(join(folder, "parts"));
    write("parts/lazy.ts", "export const value: number = 42;");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  const start = async (): Promise<string> => {
    const args = ["--require", "./runtime/program.cjs", "--eval", 'require("./index.ts")'];
    const { code, stdout, stderr } = await run(process.execPath, args, { cwd: folder });
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it("runs the bundled program, what it loads later included", async () => {
    write(
      "index.ts",
      'void import("./parts/lazy.js").then(({ value }) => console.log(value, typeof require));',
    );
    assert.equal(await start(), "42 function\n");
  });

  it("runs where no bundle can be kept", async () => {
    // What stands in the cache's place is no folder.
    rmSync(join(folder, "node_modules"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(CHECKOUT, "node_modules", "esbuild"), join(folder, "node_modules", "esbuild"));
    write("node_modules/.cache", "");
    write("index.ts", 'import { value } from "./parts/lazy";\nconsole.log(value + value);');
    assert.equal(await start(), "84\n");
  });

  it("says where a source is wrong", async () => {
    write("index.ts", "const = 1;");
    const args = ["--require", "./runtime/program.cjs", "--eval", 'require("./index.ts")'];
    const { code, stderr } = await run(process.execPath, args, { cwd: folder });
    assert.notEqual(code, 0);
    assert.match(stderr, /index\.ts:1:6: ERROR/);
  });

  it("shares Pulumi's SDK with whoever starts it", async () => {
    write(
      "index.ts",
      'import * as pulumi from "@pulumi/pulumi";\n' +
        'console.log(pulumi === require("@pulumi/pulumi"), require.cache[require.resolve("@pulumi/pulumi")] !== undefined);',
    );
    assert.match(await start(), / true\n$/);
  });
});
