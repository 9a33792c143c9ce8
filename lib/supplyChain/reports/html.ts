import { SEVERITIES } from "../../resources/supplyChain";
import type { Collected, ReportedImage } from "./collect";
import { html } from "./escape";
import { fileTable, findingTable, ignoredTable, imageTable } from "./htmlTables";
import { plotSvg } from "./plot";
import { STYLE } from "./style";
import { fateOf, headline, policyText, rowsIn, severityWord } from "./words";

/** The summary as a page of its own: it asks for nothing else and runs nothing. */
export function htmlSummary(collected: Collected): string {
  const { version, images } = collected;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${html(version)}: scan and contents</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${head(collected)}
${images.length === 0 ? "" : body(collected)}
${unreadable(collected.unreadable)}
<footer>Made by bot-core from the reports in this folder.</footer>
</main>
</body>
</html>
`;
}

function head(collected: Collected): string {
  const bad = collected.images.some((image) => fateOf(image) === "refused");
  const policy = policyText(collected);
  return [
    `<header><h1>Scan and contents of ${html(collected.version)}</h1>`,
    `<p class="verdict ${bad ? "bad" : "good"}">${html(headline(collected))}</p>`,
    policy === "" ? "" : `<p class="soft">${html(policy)}</p>`,
    `</header>${totals(collected.images)}`,
  ].join("\n");
}

/** The numbers of all images together. */
function totals(images: readonly ReportedImage[]): string {
  const of = (count: (image: ReportedImage) => number): number =>
    images.reduce((sum, image) => sum + count(image), 0);
  const item = (tone: string, word: string, count: number): string =>
    `<li class="${tone}${count === 0 ? " zero" : ""}"><strong>${count}</strong>${word}</li>`;
  const items = SEVERITIES.map((severity) =>
    item(
      severity.toLowerCase(),
      severityWord(severity),
      of(({ counts }) => counts?.[severity] ?? 0),
    ),
  );
  const accepted = of(
    ({ findings }) => findings?.findings.filter(({ state }) => state === "ignored").length ?? 0,
  );
  return `<ul class="totals" aria-label="Findings of all images">${[...items, item("accepted", "Accepted", accepted)].join("")}</ul>`;
}

function body({ images, rows }: Collected): string {
  const plot = plotSvg(images);
  const failing = rowsIn(rows, "failing");
  const ignored = rowsIn(rows, "ignored");
  const passing = rowsIn(rows, "passing");
  return [
    ...(plot === "" ? [] : ["<h2>Findings by image</h2>", `<div class="card">${plot}</div>`]),
    "<h2>Images</h2>",
    imageTable(images),
    ...(failing.length === 0 ? [] : ["<h2>Failing</h2>", findingTable("Failing", failing)]),
    ...(ignored.length === 0
      ? []
      : ["<h2>Accepted for a time</h2>", ignoredTable("Accepted for a time", ignored)]),
    ...(passing.length === 0
      ? []
      : [
          `<details><summary>Others, which the policy lets pass (${passing.length})</summary>`,
          findingTable("Others", passing),
          "</details>",
        ]),
    "<h2>Reports</h2>",
    fileTable(images),
  ].join("\n");
}

function unreadable(files: readonly string[]): string {
  if (files.length === 0) return "";
  const items = files.map((file) => `<li><code>${html(file)}</code></li>`).join("");
  return `<h2>Unreadable</h2><p>These files are no reports of the form that is written here.</p><ul>${items}</ul>`;
}
