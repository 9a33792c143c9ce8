import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { lanesOf } from "../../../dev/testLanes";

const GROUPS = [["test/provider"], ["test/provider/images", "test/e2e/docs"]];

describe("lanes of tests", () => {
  it("take each file into the group whose folder names it most closely, the rest into the first", () => {
    const files = [
      "test/e2e/docs/a.test.ts",
      "test/e2e/docsMore.test.ts",
      "test/provider/images/b.test.ts",
      "test/provider/imagesMore/c.test.ts",
      "test/unit/d.test.ts",
    ];
    assert.deepEqual(lanesOf(files, GROUPS), [
      { title: "all others", files: ["test/unit/d.test.ts", "test/e2e/docsMore.test.ts"] },
      { title: "test/provider", files: ["test/provider/imagesMore/c.test.ts"] },
      {
        title: "test/provider/images, test/e2e/docs",
        files: ["test/e2e/docs/a.test.ts", "test/provider/images/b.test.ts"],
      },
    ]);
  });

  it("are none of them empty, and have every test file once", () => {
    const files = readdirSync("test", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join("test", name));
    const lanes = lanesOf(files);
    assert.ok(lanes.every((lane) => lane.files.length > 0));
    assert.deepEqual(lanes.flatMap((lane) => lane.files).sort(), files.sort());
  });
});
