import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { run } from "../../../lib/process/run";
import { CHECKOUT } from "./model";

export interface ScriptOptions {
  /** Programs that stand before the real ones, by name: what bash does when one is called. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files of the folder that the script runs in. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Commands of bash that come before the script, e.g. to make commits. Default: none. */
  readonly before?: string;
}

export interface RanScript {
  readonly code: number;
  /** Standard output and error, one behind the other. */
  readonly output: string;
  readonly summary: string;
  /** Each call of a program that stands before a real one, e.g. `pulumi cancel --stack prod`. */
  readonly calls: readonly string[];
  /** What is left of a file of the script's folder; undefined: it is not there. */
  readonly file: (name: string) => string | undefined;
}

/** Files whose end is of interest, whatever the script. */
const RESULTS = ["preview.diff", "preview.json", "refresh.json", "rebuild.md", "cosign.key"];

/** Runs a script of `.github/scripts` in a folder of its own, as a step of a job does. */
export async function runScript(
  name: string,
  args: readonly string[],
  { programs, files = {}, env = {}, before = "" }: ScriptOptions,
): Promise<RanScript> {
  const folder = await mkdtemp(join(tmpdir(), "script-"));
  const [work, bin, temporary] = ["work", "bin", "temp"].map((each) => join(folder, each));
  try {
    for (const each of [work, bin, temporary]) await mkdir(each!);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(work!, path)), { recursive: true });
      await writeFile(join(work!, path), text);
    }
    for (const [program, text] of Object.entries(programs)) {
      const file = join(bin!, program);
      await writeFile(file, `#!/bin/bash\necho "${program} $*" >>"$CALLS"\n${text}\n`);
      await chmod(file, 0o755);
    }
    const [calls, summary] = [join(folder, "calls"), join(folder, "summary.md")];
    for (const each of [calls, summary]) await writeFile(each, "");
    const script = `${before}\n"$@"`;
    const file = join(CHECKOUT, ".github/scripts", name);
    const started = name.endsWith(".sh") ? [file] : ["node", file];
    const { code, stdout, stderr } = await run(
      "bash",
      ["-euc", script, "bash", ...started, ...args],
      {
        cwd: work!,
        env: {
          STACK: "prod",
          ...env,
          CALLS: calls,
          PATH: [bin, process.env["PATH"]].join(delimiter),
          RUNNER_TEMP: temporary,
          GITHUB_STEP_SUMMARY: summary,
        },
      },
    );
    const left = new Map<string, string>();
    for (const each of RESULTS) {
      const text = await readFile(join(work!, each), "utf8").catch(() => undefined);
      if (text !== undefined) left.set(each, text);
    }
    return {
      code,
      output: stdout + stderr,
      summary: await readFile(summary, "utf8"),
      calls: (await readFile(calls, "utf8")).trim().split("\n"),
      file: (each) => left.get(each),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
