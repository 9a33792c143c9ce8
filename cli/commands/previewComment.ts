import { actionsContext } from "../../lib/preview/actionsContext";
import { reportOf } from "../../lib/preview/changes";
import { commentOf, markerOf } from "../../lib/preview/comment";
import { writeComment } from "../../lib/preview/githubComments";
import { parsePreview } from "../../lib/preview/preview";
import type { Command, Invocation } from "../command";
import { githubToken, readPreview, readText } from "../previewInput";
import { publishedFacts } from "../publishedFacts";

/** `bot-core preview-comment`: what a pull request's reviewers see of a preview. */
export const previewComment: Command = {
  summary: "write a preview into its pull request, one short comment a stack",
  description:
    "Reads what `pulumi preview --json` printed and makes one Markdown comment: a\n" +
    "table of the services with version, reason, restart, downtime, size and\n" +
    "findings, and the rest collapsed below it. The comment of the run before is updated, not repeated.\n" +
    "In GitHub Actions it knows repository and pull request, and takes GITHUB_TOKEN\n" +
    "(`permissions: pull-requests: write`). Sizes and findings of the next version,\n" +
    "or of the one that runs where the next one is not published, are read from the\n" +
    "registry where the stack's configuration and login are at hand.",
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
    const preview = parsePreview(await readPreview(options["file"], "preview-comment"));
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
      ...(await publishedFacts(report, invocation)),
      ...(typeof diff === "string" ? { diff: await readText(diff) } : {}),
    });
    if (place === undefined) {
      return { exitCode: failed ? 1 : 0, json: { report, body }, text: () => body };
    }
    const token = githubToken("the comment");
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
