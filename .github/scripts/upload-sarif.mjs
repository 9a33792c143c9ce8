// Hands the SARIF files of the folder that is its argument to GitHub's code scanning, each by itself: an
// upload of several takes 20 runs at most, and a release of many services has more.
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const { env } = process;
const [folder = ""] = process.argv.slice(2);
const LIMIT_MS = 60_000;

async function upload(file) {
  const sarif = gzipSync(readFileSync(join(folder, file))).toString("base64");
  const response = await globalThis.fetch(
    `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/code-scanning/sarifs`,
    {
      method: "POST",
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${env.GITHUB_TOKEN}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ commit_sha: env.GITHUB_SHA, ref: env.GITHUB_REF, sarif }),
      signal: globalThis.AbortSignal.timeout(LIMIT_MS),
    },
  );
  if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 300)}`);
}

const refused = [];
for (const file of readdirSync(folder).filter((name) => name.endsWith(".sarif"))) {
  try {
    await upload(file);
    console.log(`${file}: uploaded`);
  } catch (error) {
    console.log(`::warning::${file}: ${error.message}`);
    refused.push(file);
  }
}
if (refused.length > 0) {
  appendFileSync(
    env.GITHUB_STEP_SUMMARY,
    "### Findings are not in the Security tab\n\n" +
      `GitHub did not take ${refused.join(", ")}. The step's log says why; private repositories need ` +
      "GitHub Code Security. The release itself is not concerned, and the reports are in its artifact.\n",
  );
  process.exitCode = 1;
}
