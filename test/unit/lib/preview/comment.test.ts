import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type PreviewReport, reportOf, type ServiceChange } from "../../../../lib/preview/changes";
import { commentOf, markerOf, MOST_CHARACTERS } from "../../../../lib/preview/comment";
import { parsePreview } from "../../../../lib/preview/preview";
import type { Action } from "../../../../lib/rollout";

const OPTIONS = { stack: "dev", commit: "231105b33b2fbf43e43915df1f1fe560029f5b9d" };
const EMPTY: PreviewReport = {
  services: [],
  others: [],
  notes: [],
  warnings: [],
  errors: [],
  tags: [],
};

function recorded(name: string): PreviewReport {
  const file = join(__dirname, "../../../fixtures/previews", `${name}.json`);
  return reportOf(parsePreview(readFileSync(file, "utf8")));
}

function rowsOf(comment: string): string[] {
  return comment.split("\n").filter((line) => line.startsWith("| `"));
}

describe("the comment on a recorded preview", () => {
  it("says that nothing changes", () => {
    const comment = commentOf(recorded("unchanged"), OPTIONS);
    assert.equal(comment.split("\n")[1], "### `dev`: no change");
    assert.deepEqual(rowsOf(comment)[2], UNCHANGED("rust-core-engine", "1.2 MiB"));
  });

  it("names what a new version restarts, and what it leaves alone", () => {
    const comment = commentOf(recorded("newVersion"), OPTIONS);
    assert.equal(comment.split("\n")[1], "### `dev` to v0.3.0 restarts 1 of 3 services");
    assert.deepEqual(rowsOf(comment), [
      UNCHANGED("nextjs-ui-dashboard", "73.7 MiB"),
      UNCHANGED("python-ai-service", "53.7 MiB"),
      "| `rust-core-engine` | v0.1.0 | v0.3.0 | its new image is built first | yes | none | now 1.2 MiB | – |",
    ]);
    assert.match(comment, /^- rust-core-engine: runs twice for a moment$/m);
    assert.match(comment, /^- rust-core-engine-v0\.3\.0: moves from sha256:67817338489b: latest/m);
    assert.match(comment, /<sub>commit 231105b33b2f<\/sub>$/);
  });

  it("shows what is known of the version that runs, where the next one is not published", () => {
    const report = recorded("newVersion");
    const findingsNow = { "rust-core-engine": "1 high, 2 medium" };
    const [, , engine] = rowsOf(commentOf(report, { ...OPTIONS, findingsNow }));
    assert.match(engine ?? "", /\| now 1\.2 MiB \| now 1 high, 2 medium \|$/);
    const services: ServiceChange[] = [
      { name: "rust-core-engine", action: "start-first", now: "v0.1.0", next: "v0.3.0" },
    ];
    const sizesNow = { "rust-core-engine": 3 * 2 ** 20 };
    const [unrecorded] = rowsOf(commentOf({ ...report, services }, { ...OPTIONS, sizesNow }));
    assert.match(unrecorded ?? "", /\| now 3\.0 MiB \| – \|$/);
    const findings = { "rust-core-engine": "none" };
    const both = rowsOf(commentOf(report, { ...OPTIONS, findings, findingsNow }));
    assert.match(both[2] ?? "", /\| none \|$/, "the next version's own, where there are any");
  });

  it("shows a way back with its size, once the registry has told it", () => {
    const sizesAfter = { "rust-core-engine": 2 * 1_232_370 };
    const comment = commentOf(recorded("rollback"), { ...OPTIONS, sizesAfter });
    assert.match(
      rowsOf(comment)[2] ?? "",
      /\| v0\.1\.0 \| v0\.2\.0 \| image 92b080302ab2 .* \| yes \| none \| 2\.4 MiB \(\+100 %\) \| – \|/,
    );
    assert.match(comment, /v0\.2\.0 is published from 6da9c1a91821/);
  });
});

function UNCHANGED(name: string, size: string): string {
  return `| \`${name}\` | v0.1.0 | v0.1.0 | unchanged | no | none | ${size} | – |`;
}

describe("the comment", () => {
  const fates: readonly [Action, Partial<ServiceChange>, string][] = [
    ["stop-first", { now: "v1" }, "| yes | while it is recreated |"],
    ["stop-first", {}, "| yes | none |"],
    ["hold", { now: "v1" }, "| yes | requests wait |"],
    ["adopt", { now: "v1" }, "| yes | one blink |"],
    ["remove", { now: "v1" }, "| stops | it goes away |"],
    ["job", {}, "| runs once | none |"],
  ];
  for (const [action, rest, expected] of fates) {
    it(`says what ${action} of a service that ${rest.now === undefined ? "is new" : "runs"} means`, () => {
      const services = [{ name: "web", action, why: "because", ...rest }];
      const [row] = rowsOf(commentOf({ ...EMPTY, services }, OPTIONS));
      assert.ok((row ?? "").includes(expected), row);
    });
  }

  it("puts the faults of a preview that failed first, whole", () => {
    const comment = commentOf({ ...EMPTY, errors: ["first\nsecond ```"] }, OPTIONS);
    assert.equal(comment.split("\n")[1], "### Preview of `dev` failed");
    assert.match(comment, /^````\nfirst\nsecond ```\n````$/m);
  });

  it("lets no text of others mention anybody, open markup, or leave its cell", () => {
    const evil = "@octocat </details> [x](http://evil) | a\n| b `c` <!-- --> **";
    const services: ServiceChange[] = [{ name: "a`|b", action: "start-first", why: evil }];
    const comment = commentOf({ ...EMPTY, services, warnings: [evil] }, OPTIONS);
    assert.equal(rowsOf(comment).length, 1);
    assert.doesNotMatch(comment, /@octocat/);
    assert.doesNotMatch(comment, /[^\\]<\/details/);
    assert.doesNotMatch(comment, /[^\\]\[x\]/);
  });

  it("shows a warning to its end, where it says what to do, and cuts a longer one at a word", () => {
    const warning = `${"because it is so ".repeat(20)}and so: \`pulumi config set a b\``;
    const comment = commentOf({ ...EMPTY, warnings: [warning] }, OPTIONS);
    assert.match(comment, /^- because .* so: \\`pulumi config set a b\\`$/m);
    const long = commentOf({ ...EMPTY, warnings: ["word ".repeat(400)] }, OPTIONS);
    const [line = ""] = long.split("\n").filter((one) => one.startsWith("- "));
    assert.match(line, /^- (?:word )+word…$/);
    assert.ok(line.length > 900 && line.length < 1_010, `${line.length}`);
  });

  it("keeps each cell below 80 columns", () => {
    const services: ServiceChange[] = [
      { name: "web", action: "start-first", now: "v1", why: "environment VARIABLE ".repeat(9) },
    ];
    const [row = ""] = rowsOf(commentOf({ ...EMPTY, services }, OPTIONS));
    assert.ok(
      row.split(" | ").every((one) => one.replaceAll("\\", "").length < 80),
      row,
    );
    assert.match(row, /\| environment VARIABLE .* (?:environment|VARIABLE)… \|/);
  });

  it("opens and closes each part, however much there is of all", () => {
    const many = (text: string): string[] => Array.from({ length: 100 }, () => text.repeat(99));
    const comment = commentOf(
      {
        ...EMPTY,
        services: many("w").map((name) => ({ name, action: "hold", why: "*".repeat(99) })),
        errors: ["one line ".repeat(9_000)],
        warnings: many("__________"),
        tags: many("***********"),
        others: many("n").map((name) => ({ op: "create", type: "a:b:C", name })),
      },
      { ...OPTIONS, diff: "d\n".repeat(50_000) },
    );
    const count = (text: RegExp): number => comment.match(text)?.length ?? 0;
    assert.deepEqual([count(/<details>/g), count(/<\/details>/g), count(/^```$/gm)], [3, 3, 4]);
    assert.match(comment, /^```\none line .*\n…cut\n```$/m);
    assert.match(comment, /^- …and \d+ more$/m);
  });

  it("shows the diff collapsed, and cuts it at the end of a line", () => {
    const diff = Array.from({ length: 20_000 }, (_, line) => `~ line ${line}`).join("\n");
    const comment = commentOf(EMPTY, { ...OPTIONS, diff });
    assert.ok(comment.length <= MOST_CHARACTERS);
    assert.match(comment, /<details><summary>Diff<\/summary>\n\n```\n~ line 0\n/);
    assert.match(comment, /~ line \d+\n…cut\n```\n\n<\/details>\n\n<sub>/);
  });

  it("stays below GitHub's limit and keeps marker and last line, whatever the preview says", () => {
    const long = fc.string({ unit: "binary", maxLength: 4_000 });
    const service = fc.record({
      name: long,
      action: fc.constantFrom<Action>("keep", "start-first", "remove"),
      why: long,
      now: long,
      next: long,
    });
    const report = fc.record({
      services: fc.array(service, { maxLength: 150 }),
      others: fc.array(fc.record({ op: long, type: long, name: long }), { maxLength: 150 }),
      notes: fc.array(long, { maxLength: 150 }),
      warnings: fc.array(long, { maxLength: 150 }),
      errors: fc.array(long, { maxLength: 30 }),
      tags: fc.array(long, { maxLength: 150 }),
    });
    fc.assert(
      fc.property(report, long, (all, diff) => {
        const comment = commentOf(all, { ...OPTIONS, diff: diff.repeat(20) });
        assert.ok(comment.length < MOST_CHARACTERS, `${comment.length}`);
        assert.ok(comment.startsWith(`${markerOf("dev")}\n`));
        assert.ok(comment.endsWith("</sub>"));
      }),
      { numRuns: 60 },
    );
  });
});

describe("what is no preview", () => {
  for (const text of ["", "null", "[]", '{"steps": 1}', "warning: no JSON"]) {
    it(`is refused with the command that makes one: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePreview(text), {
        code: "preview-invalid",
        message: /pulumi preview --json > preview\.json/,
      });
    });
  }
});
