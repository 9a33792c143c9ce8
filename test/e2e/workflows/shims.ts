import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hexDigestOf } from "../../../lib/oci/digest";
import { readFileSync } from "node:fs";

const execute = promisify(execFile);

/**
 * Programs that stand before the real ones, because a test must neither download anything nor put
 * packages into the checkout's own folder, and has no GitHub. Everything else of a step is real.
 */
const SHIMS: Readonly<Record<string, string>> = {
  // The lock file is held to package.json, once; nothing is written. CI runs the checks by themselves.
  npm: `case "$1 $2" in
  "ci "*)
    if [ -e "$DOWNLOADS/npm-ci" ]; then exit 0; fi
    touch "$DOWNLOADS/npm-ci"
    exec "$REAL" "$@" --dry-run --ignore-scripts --offline
    ;;
  "run check") exit 0 ;;
esac`,
  // Plugins are those of the dev environment.
  pulumi: `case "$1" in install) set -- "$@" --no-plugins ;; esac`,
  curl: `while [ $# -gt 1 ]; do
  if [ "$1" = --output ]; then out=$2; fi
  shift
done
cp "$DOWNLOADS/$(basename "$1")" "$out"
exit 0`,
  gh: `case "$1 $2" in
  "pr list") cat "$DOWNLOADS/open-pull-request" 2>/dev/null || true ;;
  *) echo 7 >"$DOWNLOADS/open-pull-request" ;;
esac
exit 0`,
};

export interface Shims {
  /** First on the steps' PATH. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Text for `.github/tools.txt`: two programs that can be had here. */
  readonly tools: string;
  /** Each call of a shim, e.g. `gh pr create …`. */
  readonly calls: () => readonly string[];
}

export async function makeShims(folder: string): Promise<Shims> {
  const [programs, downloads] = [join(folder, "shims"), join(folder, "downloads")];
  const log = join(folder, "shims.log");
  for (const each of [programs, downloads]) await mkdir(each, { recursive: true });
  await writeFile(log, "");
  for (const [name, text] of Object.entries(SHIMS)) {
    const script = `#!/bin/bash
set -eu
echo "${name} $*" >>"$SHIM_LOG"
REAL=$(PATH=\${PATH//"$SHIMS:"/} command -v ${name} || true)
${text}
exec "$REAL" "$@"
`;
    await writeFile(join(programs, name), script);
    await chmod(join(programs, name), 0o755);
  }
  await writeFile(join(downloads, "syft"), "#!/bin/sh\necho syft\n");
  await execute("tar", ["-czf", join(downloads, "syft.tar.gz"), "-C", downloads, "syft"]);
  await writeFile(join(downloads, "trivy"), "#!/bin/sh\necho trivy\n");
  const line = (name: string, file: string): string =>
    `${name} ${hexDigestOf(readFileSync(join(downloads, file)))} https://example.com/${file}\n`;
  return {
    folder: programs,
    environment: { SHIMS: programs, SHIM_LOG: log, DOWNLOADS: downloads },
    tools: `# a comment\n${line("syft", "syft.tar.gz")}${line("trivy", "trivy")}`,
    calls: () => readFileSync(log, "utf8").trim().split("\n"),
  };
}
