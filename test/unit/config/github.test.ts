import assert from "node:assert/strict";
import { findingsOf, parseWith } from "./support";

const ALLOWED = "{repository, environment?, reviewers?, defaultBranch?}, or false";

describe("parseSettings: github", () => {
  const accepted: readonly (readonly [string, unknown, object])[] = [
    ["unset", undefined, { kind: "off" }],
    ["false", false, { kind: "off" }],
    [
      "the least",
      { repository: "Acme-Corp/bot.core" },
      {
        kind: "github",
        owner: "Acme-Corp",
        name: "bot.core",
        environment: "production",
        reviewers: [],
        defaultBranch: "main",
      },
    ],
    [
      "everything",
      {
        repository: "octo_acme/bot-core",
        environment: "live-1",
        reviewers: ["octocat", "team:site-reliability"],
        defaultBranch: "release/1.x",
      },
      {
        kind: "github",
        owner: "octo_acme",
        name: "bot-core",
        environment: "live-1",
        reviewers: ["octocat", "team:site-reliability"],
        defaultBranch: "release/1.x",
      },
    ],
    [
      "names of digits, which the CLI makes numbers of",
      { repository: "1/2", environment: 2026, defaultBranch: 2 },
      {
        kind: "github",
        owner: "1",
        name: "2",
        environment: "2026",
        reviewers: [],
        defaultBranch: "2",
      },
    ],
  ];
  for (const [name, github, expected] of accepted) {
    it(`accepts ${name}`, () => {
      assert.deepEqual(parseWith({ github }).github, expected);
    });
  }

  for (const github of [true, "Acme/bot-core", ["Acme/bot-core"], 1]) {
    it(`refuses ${JSON.stringify(github)}`, () => {
      const [finding = "", ...rest] = findingsOf(() => parseWith({ github }));
      assert.deepEqual(rest, []);
      assert.match(finding, /^github: given /);
      const mend = "run: pulumi config set --path bot-core:github.repository OWNER/bot-core";
      assert.ok(finding.endsWith(`; allowed: ${ALLOWED}; ${mend}`), finding);
    });
  }

  const refused: readonly (readonly [key: string, allowed: string, values: readonly unknown[]])[] =
    [
      [
        "repository",
        "OWNER/NAME of a GitHub repository, without a scheme, a host and .git",
        [
          "bot-core",
          "https://github.com/a/b",
          "a/b/c",
          "a/b.git",
          "a/..",
          "-a/b",
          "a/",
          "a b/c",
          "*/b",
        ],
      ],
      [
        "environment",
        "up to 255 letters, digits, `_`, `.` and `-`, beginning with no `.` and no `-`",
        ["", "a:b", "a/b", "*", "a b", "a".repeat(256)],
      ],
      [
        "defaultBranch",
        "a branch's name of letters, digits, `_`, `.`, `-`, `+` and `/`",
        ["", "a..b", "a//b", "/a", "a/", "-a", "*", "a b", "a.lock", "a/.b", "refs^x", "@{-1}"],
      ],
    ];
  for (const [key, allowed, values] of refused) {
    for (const value of values) {
      it(`refuses ${key} ${JSON.stringify(value).slice(0, 30)}`, () => {
        const github = { repository: "a/b", [key]: value };
        const [finding = "", ...rest] = findingsOf(() => parseWith({ github }));
        assert.deepEqual(rest, []);
        const start = `github.${key}: given ${JSON.stringify(value).slice(0, 30)}`;
        assert.ok(finding.startsWith(start), finding);
        assert.ok(
          finding.includes(`; allowed: ${allowed}; run: pulumi config set --path `),
          finding,
        );
      });
    }
  }

  it("refuses a missing repository, an unknown key and a reviewer that is none, all at once", () => {
    const github = { repo: "a/b", reviewers: ["octocat", "team:A", "octo cat"] };
    assert.deepEqual(
      findingsOf(() => parseWith({ github })).map((finding) => finding.split(";")[0]),
      [
        "github.repository: not set",
        'github.reviewers[1]: given "team:A"',
        'github.reviewers[2]: given "octo cat"',
        "github.repo: unknown key",
      ],
    );
  });

  it("refuses more reviewers than GitHub takes", () => {
    const reviewers = ["a", "b", "c", "d", "e", "f", "g"];
    assert.deepEqual(
      findingsOf(() => parseWith({ github: { repository: "a/b", reviewers } })),
      [
        "github.reviewers: given 7 reviewers; allowed: at most 6 (a team counts as one); " +
          "run: pulumi config set --path 'bot-core:github.reviewers[0]' team:operations",
      ],
    );
  });
});
