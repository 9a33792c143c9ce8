import assert from "node:assert/strict";
import fc from "fast-check";
import { table } from "../../../cli/table";

const columns = [{ title: "NAME", flexible: true }, { title: "STATE" }];
const look = { width: 80, colour: false };

describe("table", () => {
  const cases: readonly (readonly [string, string[][], number, string])[] = [
    ["titles alone", [], 80, "NAME  STATE"],
    [
      "aligns to the longest cell",
      [
        ["web", "ok"],
        ["engine", "bad"],
      ],
      80,
      "NAME    STATE\nweb     ok\nengine  bad",
    ],
    ["fills missing cells", [["web"]], 80, "NAME  STATE\nweb"],
    [
      "cuts a flexible column",
      [["a-long-service-name", "ok"]],
      20,
      "NAME           STATE\na-long-servi…  ok",
    ],
    ["leaves six characters", [["a-long-service-name", "ok"]], 5, "NAME    STATE\na-lon…  ok"],
    ["counts characters", [["ü€😀", "ok"]], 80, "NAME  STATE\nü€😀   ok"],
    ["drops control characters", [["a\u001b[2Jb\nc", "ok"]], 80, "NAME      STATE\na [2Jb c  ok"],
  ];
  for (const [title, rows, width, expected] of cases) {
    it(title, () => {
      const cells = rows.map((row) => row.map((text) => ({ text })));
      assert.equal(table(columns, cells, { ...look, width }), expected);
    });
  }

  it("colours cells without moving their neighbours", () => {
    const rows = [[{ text: "web", tone: "bad" as const }, { text: "ok" }]];
    assert.equal(
      table(columns, rows, { ...look, colour: true }),
      "\u001b[2mNAME\u001b[0m  \u001b[2mSTATE\u001b[0m\n\u001b[31mweb\u001b[0m   ok",
    );
  });

  it("is never wider than the output, where a flexible column can give way", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60 })),
        fc.integer({ min: 20, max: 100 }),
        (names, width) => {
          const rows = names.map((text) => [{ text }, { text: "ok" }]);
          for (const line of table(columns, rows, { ...look, width }).split("\n")) {
            assert.ok(Array.from(line).length <= width, line);
          }
        },
      ),
    );
  });
});
