import { SEVERITIES, type Severity } from "../../resources/supplyChain";
import type { FindingRow, ReportedImage } from "./collect";
import { html, webAddress } from "./escape";
import { fateOf, sbomText, severityWord, titleOf } from "./words";

const MOST_ROWS = 500;

interface Column<T> {
  readonly title: string;
  /** HTML. */
  readonly cell: (row: T) => string;
  readonly number?: boolean;
}

/** The images, a row each, with what the plot shows as numbers. */
export function imageTable(images: readonly ReportedImage[]): string {
  const number = (title: string, cell: (image: ReportedImage) => string): Column<ReportedImage> => {
    return { title, cell, number: true };
  };
  return table("Images", images, [
    { title: "Service", cell: (image) => `<strong>${html(titleOf(image).service)}</strong>` },
    { title: "Platform", cell: (image) => html(titleOf(image).platform) },
    { title: "Scan", cell: fate },
    ...SEVERITIES.map((severity) =>
      number(severityWord(severity), ({ counts }) => String(counts?.[severity] ?? "–")),
    ),
    number("Accepted", ({ findings }) =>
      String(findings?.findings.filter(({ state }) => state === "ignored").length ?? "–"),
    ),
  ]);
}

/** What made the reports, and the reports themselves. */
export function fileTable(images: readonly ReportedImage[]): string {
  return table("Reports", images, [
    { title: "Image", cell: ({ name }) => `<strong>${html(name)}</strong>` },
    { title: "Scanner", cell: scanner },
    { title: "Contents", cell: (image) => html(sbomText(image)) },
    {
      title: "Files",
      cell: ({ files, name }) =>
        files
          .map((file) => {
            const address = `./${encodeURIComponent(file)}`;
            return `<a href="${html(address)}">${html(file.slice(name.length + 1))}</a>`;
          })
          .join(", "),
    },
  ]);
}

/** Findings with the version that mends each. */
export function findingTable(caption: string, rows: readonly FindingRow[]): string {
  return table(caption, rows, [
    ...LEADING,
    { title: "Installed", cell: ({ installedVersion }) => code(installedVersion) },
    {
      title: "Fixed in",
      cell: ({ fixedVersion }) =>
        fixedVersion === undefined ? '<span class="soft">no fix yet</span>' : code(fixedVersion),
    },
    PLACE,
  ]);
}

/** Findings that someone accepted, with the last day and the reason. */
export function ignoredTable(caption: string, rows: readonly FindingRow[]): string {
  return table(caption, rows, [
    ...LEADING,
    { title: "Until", cell: ({ ignore }) => date(ignore?.expires ?? "") },
    {
      title: "Reason",
      cell: ({ ignore }) =>
        `${html(ignore?.reason ?? "")} <span class="title">${html(ignore?.at ?? "")}</span>`,
    },
    PLACE,
  ]);
}

const LEADING: readonly Column<FindingRow>[] = [
  { title: "Severity", cell: ({ severity }) => tag(severity) },
  { title: "Finding", cell: finding },
  {
    title: "Package",
    cell: (row) =>
      code(row.package) +
      (row.location === undefined ? "" : `<span class="title">${html(row.location)}</span>`),
  },
];

const PLACE: Column<FindingRow> = {
  title: "Image",
  cell: ({ service, platforms }) =>
    `${html(service)} <span class="title">${html(platforms.join(", "))}</span>`,
};

/** A severity's word beside its colour. */
function tag(severity: Severity): string {
  return `<span class="tag ${severity.toLowerCase()}">${severityWord(severity)}</span>`;
}

function finding({ id, url, title }: FindingRow): string {
  const address = webAddress(url);
  const name = `<span class="id">${html(id)}</span>`;
  // Nothing of this page's address is anyone else's business.
  const link = 'rel="noreferrer noopener"';
  const shown = address === undefined ? name : `<a href="${html(address)}" ${link}>${name}</a>`;
  return title === undefined ? shown : `${shown}<span class="title">${html(title)}</span>`;
}

function code(text: string): string {
  return `<code>${html(text)}</code>`;
}

function fate(image: ReportedImage): string {
  const word = fateOf(image);
  const tone = word === "refused" ? "bad" : word === "passed" ? "good" : "soft";
  return `<span class="fate ${tone}">${word}</span>`;
}

function date(text: string): string {
  return `<span class="id">${html(text)}</span>`;
}

function scanner({ findings }: ReportedImage): string {
  if (findings === undefined) return "–";
  const { scanner: by, databaseDate } = findings;
  const name = html(`${by.name} ${by.version}`);
  if (databaseDate === undefined) return name;
  return `${name} <span class="title">database of ${date(databaseDate.slice(0, 10))}</span>`;
}

/** Roles are said in words: on a phone the style makes cards of the rows, and would take them away. */
function table<T>(caption: string, rows: readonly T[], columns: readonly Column<T>[]): string {
  const tone = (column: Column<T>, cell = ""): string =>
    column.number === true ? ` class="number${cell === "0" ? " zero" : ""}"` : "";
  const head = columns.map(
    (column) => `<th role="columnheader" scope="col"${tone(column)}>${html(column.title)}</th>`,
  );
  const body = rows.slice(0, MOST_ROWS).map((row) => {
    const cells = columns.map((column) => {
      const cell = column.cell(row);
      return `<td role="cell" data-label="${html(column.title)}"${tone(column, cell)}><div>${cell}</div></td>`;
    });
    return `<tr role="row">${cells.join("")}</tr>`;
  });
  const rest = rows.length - MOST_ROWS;
  return [
    `<div class="card scroll"><table role="table" aria-label="${html(caption)}">`,
    `<thead role="rowgroup"><tr role="row">${head.join("")}</tr></thead>`,
    `<tbody role="rowgroup">${body.join("\n")}</tbody></table></div>`,
    ...(rest > 0 ? [`<p class="soft">…and ${rest} more in the files of this folder</p>`] : []),
  ].join("\n");
}
