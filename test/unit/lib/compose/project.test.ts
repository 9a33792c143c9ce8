import assert from "node:assert/strict";
import type { JsonObject } from "../../../../lib/compose/model";
import { projectOf } from "../../../../lib/compose/project";

function serviceOf(given: JsonObject): JsonObject | undefined {
  return projectOf({ services: { web: given, db: {} } }).services.web;
}

describe("projectOf", () => {
  const cases: [string, JsonObject, JsonObject][] = [
    ["keys without a value go", { command: null, entrypoint: null, image: "x" }, { image: "x" }],
    ["names that nothing sets go", { environment: { A: "", B: null } }, { environment: { A: "" } }],
    [
      "env_file goes, as its values stand in the environment",
      { env_file: ["a.env"], environment: { A: "1" } },
      { environment: { A: "1" } },
    ],
    [
      "a folder to bind is made where it is missing: printed by Compose 2, a default in Compose 5",
      {
        volumes: [
          { type: "bind", source: "./a", target: "/a", bind: { create_host_path: true } },
          { type: "bind", source: "./b", target: "/b", bind: {} },
          { type: "bind", source: "./c", target: "/c" },
        ],
      },
      {
        volumes: ["a", "b", "c"].map((name) => ({
          type: "bind",
          source: `./${name}`,
          target: `/${name}`,
          bind: { create_host_path: true },
        })),
      },
    ],
    [
      "a folder that must be there must",
      {
        volumes: [{ type: "bind", source: "./a", target: "/a", bind: { create_host_path: false } }],
      },
      {
        volumes: [{ type: "bind", source: "./a", target: "/a", bind: { create_host_path: false } }],
      },
    ],
    [
      "a dependency that may be missing goes with what it depends on",
      {
        depends_on: {
          db: { condition: "service_started", required: false },
          cache: { condition: "service_started", required: false },
          queue: { condition: "service_started", required: true },
        },
      },
      {
        depends_on: {
          db: { condition: "service_started", required: false },
          queue: { condition: "service_started", required: true },
        },
      },
    ],
  ];
  for (const [title, given, expected] of cases) {
    it(title, () => {
      assert.deepEqual(serviceOf(given), expected);
    });
  }
});
