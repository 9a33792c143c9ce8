import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { messageOf, UserError } from "../../lib/errors";
import { lookUpVersion } from "../../lib/images";
import { resolveCredentials } from "../../lib/credentials";
import { registryClient } from "../../lib/registries/refusals";
import { actionsContext } from "../../lib/preview/actionsContext";
import { reportOf, type PreviewReport } from "../../lib/preview/changes";
import { commentOf, markerOf } from "../../lib/preview/comment";
import { writeComment } from "../../lib/preview/githubComments";
import { parsePreview } from "../../lib/preview/preview";
import { repositoryPath } from "../../lib/settings/registry";
import type { Command, Invocation } from "../command";
import { readSettings } from "../stack";

/** `bot-core preview-comment`: what a pull request's reviewers see of a preview. */
export const previewComment: Command = {
  summary: "write a preview into its pull request, one short comment a stack",
  description:
    "Reads what `pulumi preview --json` printed and makes one Markdown comment: a\n" +
    "table of the services with version, reason, restart, downtime and size, and the\n" +
    "rest collapsed below it. The comment of the run before is updated, not repeated.\n" +
    "In GitHub Actions it knows repository and pull request, and takes GITHUB_TOKEN\n" +
    "(`permissions: pull-requests: write`). Sizes of a published version are read\n" +
    "from the registry where the stack's configuration and login are at hand.",
  options: {
    file: { value: "FILE", text: "the preview; default: standard input" },
    diff: { value: "FILE", text: "text of `pulumi preview --diff`, shown collapsed" },
    repository: { value: "OWNER/NAME", text: "default: GITHUB_REPOSITORY" },
    "pull-request": { value: "N", text: "default: the one of the workflow's event" },
    print: { text: "print the comment and write nothing to GitHub" },
  },
  exitCodes: {
    good: "the comment says what the preview says",
    fault: "the preview failed (the comment says so), or GitHub refuses the comment",
  },
  run: async (invocation) => {
    const { options } = invocation;
    const preview = parsePreview(await readPreview(options["file"]));
    const report = reportOf(preview);
    const stack = invocation.stack ?? preview.stack;
    const failed = report.errors.length > 0;
    const print = options["print"] === true;
    const place = print ? undefined : actionsContext(wantedBy(options), process.env);
    const diff = options["diff"];
    const body = commentOf(report, {
      stack,
      ...(place?.commit === undefined ? {} : { commit: place.commit }),
      ...(place?.runUrl === undefined ? {} : { runUrl: place.runUrl }),
      sizesAfter: await sizesAfter(report, invocation),
      ...(typeof diff === "string" ? { diff: await readText(diff) } : {}),
    });
    if (place === undefined) {
      return { exitCode: failed ? 1 : 0, json: { report, body }, text: () => body };
    }
    const token = process.env["GITHUB_TOKEN"] ?? "";
    if (token === "") throw noToken();
    const written = await writeComment({ ...place, token }, markerOf(stack), body);
    return {
      exitCode: failed ? 1 : 0,
      json: { report, ...written },
      text: () => `comment ${written.action}: ${written.url}`,
    };
  },
};

function wantedBy(options: Invocation["options"]): Parameters<typeof actionsContext>[0] {
  const { repository, "pull-request": pullRequest } = options;
  return {
    ...(typeof repository === "string" ? { repository } : {}),
    ...(typeof pullRequest === "string" ? { pullRequest } : {}),
  };
}

async function readPreview(file: string | true | undefined): Promise<string> {
  if (typeof file === "string" && file !== "-") return readText(file);
  if (process.stdin.isTTY) {
    throw new UserError(
      "no preview was given: `pulumi preview --json | npx bot-core preview-comment`, or --file FILE",
      "usage",
    );
  }
  return readAll(process.stdin);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be read: ${messageOf(error)}`, "file-unreadable");
  }
}

/**
 * Sizes of what is published already. They are a help to the reader and nothing more: a run without
 * login, as for a fork, leaves them out.
 */
async function sizesAfter(
  { target, services }: PreviewReport,
  invocation: Invocation,
): Promise<Readonly<Record<string, number>>> {
  const changing = services.filter(({ action, next }) => action !== "keep" && next === target);
  if (target === undefined || changing.length === 0) return {};
  try {
    const { registry } = await readSettings(invocation);
    const login = await resolveCredentials(registry.lookUp, registry.endpoint.server);
    const client = registryClient(registry.endpoint, login, { signal: invocation.signal });
    const sizes = changing.map(async ({ name }) => {
      const found = await lookUpVersion(client, repositoryPath(registry, name), target);
      return found === undefined ? [] : [[name, found.sizeBytes] as const];
    });
    return Object.fromEntries((await Promise.all(sizes)).flat());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {};
  }
}

function noToken(): UserError {
  return new UserError(
    "GITHUB_TOKEN is not set: in a workflow give the step `env: GITHUB_TOKEN: ${{ github.token }}`; " +
      "--print shows the comment without one",
    "github-token",
  );
}
