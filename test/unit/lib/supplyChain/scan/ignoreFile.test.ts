import assert from "node:assert/strict";
import { UserError } from "../../../../../lib/errors";
import {
  assertNoneExpired,
  expiredIgnores,
  parseIgnoreFile,
} from "../../../../../lib/supplyChain/scan";
import { ignore } from "./builders";

const FILE = "scan-ignore.yaml";

function faults(text: string): string[] {
  try {
    parseIgnoreFile(text, FILE);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, "scan-ignore-file");
    const [title, ...lines] = error.message.split("\n");
    assert.equal(title, `the ignore file \`${FILE}\` is faulty:`);
    return lines.map((line) => line.trim());
  }
  return [];
}

describe("the ignore file", () => {
  it("is read with the line of each entry", () => {
    const text = `# accepted
ignores:
  - id: CVE-2026-0001
    reason: >-
      not reachable
      here
    expires: 2026-12-31
  - {id: GHSA-abcd, reason: test only, expires: "2027-01-01", package: left-pad, services: [web, api]}
`;
    assert.deepEqual(parseIgnoreFile(text, FILE), [
      {
        id: "CVE-2026-0001",
        reason: "not reachable here",
        expires: "2026-12-31",
        at: `${FILE}:3`,
      },
      {
        id: "GHSA-abcd",
        reason: "test only",
        expires: "2027-01-01",
        package: "left-pad",
        services: ["web", "api"],
        at: `${FILE}:8`,
      },
    ]);
  });

  it("may have no entry, and uses anchors", () => {
    assert.deepEqual(parseIgnoreFile("ignores: []", FILE), []);
    const shared =
      "ignores: [{id: A, reason: &r why, expires: 2026-01-01}, {id: B, reason: *r, expires: 2026-01-01}]";
    assert.deepEqual(
      parseIgnoreFile(shared, FILE).map(({ reason }) => reason),
      ["why", "why"],
    );
  });

  const entry = (line: string): string => `ignores:\n  - {${line}}\n`;
  const sound = "id: CVE-1, reason: why, expires: 2026-12-31";
  const cases: readonly [string, string, readonly RegExp[]][] = [
    ["nothing", "", [/^scan-ignore.yaml: has no `ignores`; list entries under it, e\.g\. /]],
    ["a list alone", "- a\n", [/has no `ignores`/]],
    ["no list", "ignores: {}\n", [/^scan-ignore.yaml:1: `ignores` has to be a list/]],
    ["no list but nothing", "ignores:\n", [/`ignores` has to be a list/]],
    [
      "another key",
      `ignore: []\n${entry(sound)}`,
      [/^scan-ignore.yaml:1: key `ignore` is unknown; the only one is `ignores`$/],
    ],
    [
      "a text as entry",
      "ignores:\n  - CVE-1\n",
      [/^scan-ignore.yaml:2: entry has to be a mapping/],
    ],
    [
      "an entry's unknown key",
      entry(`${sound}, until: 2026-01-01`),
      [/:2: key `until` is unknown; allowed are `id`, `reason`, `expires`, `package` and/],
    ],
    [
      "no reason",
      entry("id: CVE-1, expires: 2026-12-31"),
      [/:2: `reason` is missing: why it does no harm here$/],
    ],
    [
      "an empty reason",
      entry("id: CVE-1, reason: ' ', expires: 2026-12-31"),
      [/:2: `reason` has to be a text that is not empty/],
    ],
    ["no id", entry("reason: why, expires: 2026-12-31"), [/:2: `id` is missing/]],
    ["a number as id", entry("id: 7, reason: why, expires: 2026-12-31"), [/:2: `id` has to be/]],
    ["no last day", entry("id: CVE-1, reason: why"), [/:2: `expires` is missing: the last day/]],
    ...["2026-02-30", "2026-13-01", "31.12.2026", "2026-1-2", "never", "20261231"].map(
      (date): [string, string, readonly RegExp[]] => [
        `the day ${date}`,
        entry(`id: CVE-1, reason: why, expires: ${date}`),
        [/:2: `expires`: .* is no day; give the last day on which the entry counts/],
      ],
    ),
    ["an empty package", entry(`${sound}, package: ""`), [/:2: `package` has to be a text/]],
    ["no services", entry(`${sound}, services: []`), [/:2: `services` has to be a list/]],
    ["one service as text", entry(`${sound}, services: web`), [/:2: `services` has to be a list/]],
    [
      "the same twice",
      `ignores:\n  - {${sound}}\n  - {${sound}}\n`,
      [/:3: `CVE-1` stands already at scan-ignore.yaml:2; keep one of them/],
    ],
    [
      "the same for overlapping services",
      `ignores:\n  - {${sound}, services: [web, api]}\n  - {${sound}, services: [api]}\n`,
      [/:3: `CVE-1` stands already/],
    ],
    ["broken YAML", "ignores:\n  - {id: \n", [/^scan-ignore.yaml:\d: is no YAML: /]],
    ["an undefined anchor", "ignores: *none\n", [/:1: anchor `none` is not defined above/]],
    [
      "several faults",
      `other: 1\nignores:\n  - {id: CVE-1, expires: 2026-02-30}\n  - {reason: why}\n`,
      [/:1: key `other`/, /:3: `reason` is missing/, /:3: `expires`/, /:4: `id`/, /:4: `expires`/],
    ],
  ];
  for (const [name, text, expected] of cases) {
    it(`refuses ${name}`, () => {
      const found = faults(text);
      assert.equal(found.length, expected.length, found.join("\n"));
      expected.forEach((pattern, index) => {
        assert.match(found[index]!, pattern);
      });
    });
  }

  it("may name one finding for several packages or services", () => {
    const text = `ignores:
  - {${sound}, package: a}
  - {${sound}, package: b}
  - {${sound}, services: [web]}
  - {${sound}, services: [api]}
`;
    assert.deepEqual(faults(text), []);
  });

  it("says of an expired entry what it was for and what to do", () => {
    const entries = [ignore(), ignore({ expires: "2026-07-31", package: "openssl" })];
    assert.deepEqual(expiredIgnores(entries, "2026-07-31"), []);
    assert.deepEqual(expiredIgnores(entries, "2026-08-01"), [
      {
        at: "scan-ignore.yaml:2",
        message:
          "`CVE-2026-0001` in `openssl` was accepted until 2026-07-31 (not reachable here); update the package and remove the entry, or look at it again and set a later `expires`",
      },
    ]);
    assertNoneExpired(entries, "2026-07-31");
    assert.throws(
      () => {
        assertNoneExpired(entries, "2027-01-01");
      },
      (error) => error instanceof UserError && error.code === "scan-ignore-expired",
    );
  });
});
