import assert from "node:assert/strict";
import fc from "fast-check";
import {
  hubReport,
  hubReportByForm,
  type HubTokens,
} from "../../../../../lib/registries/tokenAge/dockerHub";
import {
  githubReport,
  readGithubToken,
  type GithubToken,
} from "../../../../../lib/registries/tokenAge/github";
import type { TokenReport, TokenUse } from "../../../../../lib/registries/tokenAge/report";

const NOW = new Date("2026-11-23T12:00:00Z");
const END = "github-authentication-token-expiration";

function token(changes: Partial<GithubToken> = {}): GithubToken {
  return { kind: "classic", scopes: ["read:packages"], ...changes };
}

function inDays(days: number): Date {
  return new Date(NOW.getTime() + days * 86_400_000);
}

describe("readGithubToken", () => {
  const kinds: readonly (readonly [string, GithubToken["kind"]])[] = [
    ["ghp_x", "classic"],
    ["github_pat_x", "fine-grained"],
    ["ghs_x", "short-lived"],
    ["ghu_x", "short-lived"],
    ["gho_x", "login"],
    ["0123456789abcdef", "unknown"],
  ];
  for (const [text, kind] of kinds) {
    it(`knows ${text} for ${kind}`, () => {
      assert.equal(readGithubToken(text, new Headers()).kind, kind);
    });
  }

  it("reads the end in UTC and with a zone, and nothing else", () => {
    const end = (value: string): Date | undefined =>
      readGithubToken("ghp_x", new Headers({ [END]: value })).expires;
    assert.deepEqual(end("2027-01-31 10:00:00 UTC"), new Date("2027-01-31T10:00:00Z"));
    assert.deepEqual(end("2027-01-31 10:00:00 +0900"), new Date("2027-01-31T01:00:00Z"));
    assert.equal(end("tomorrow"), undefined);
    assert.equal(end("2027-99-31 10:00:00 UTC"), undefined);
  });

  it("reads the scopes", () => {
    const headers = new Headers({ "x-oauth-scopes": "read:packages, write:packages" });
    assert.deepEqual(readGithubToken("ghp_x", headers).scopes, ["read:packages", "write:packages"]);
    assert.deepEqual(readGithubToken("ghp_x", new Headers()).scopes, []);
  });
});

describe("githubReport", () => {
  const cases: readonly (readonly [string, GithubToken, TokenUse, TokenReport["level"], RegExp])[] =
    [
      ["30 days", token({ expires: inDays(30) }), "push", "ok", /ends on 2026-12-23, in 30 days$/],
      ["90 days", token({ expires: inDays(90) }), "push", "ok", /in 90 days$/],
      ["91 days", token({ expires: inDays(91) }), "push", "warning", /in 91 days; 90 are enough$/],
      ["a week", token({ expires: inDays(7) }), "push", "warning", /in 7 days$/],
      ["no end", token(), "pull", "warning", /^the token has no end$/],
      ["a job's token", token({ kind: "short-lived" }), "push", "ok", /nothing to rotate/],
      ["gh's login", token({ kind: "login" }), "push", "ok", /gh auth logout/],
      [
        "a pull token that writes",
        token({ scopes: ["write:packages", "delete:packages"], expires: inDays(30) }),
        "pull",
        "warning",
        /^the token that pulls may also write:packages and delete:packages$/,
      ],
      [
        "a push token that writes",
        token({ scopes: ["write:packages"], expires: inDays(30) }),
        "push",
        "ok",
        /in 30 days/,
      ],
    ];
  for (const [name, given, use, level, detail] of cases) {
    it(`${name}: ${level}`, () => {
      const report = githubReport(given, use, NOW);
      assert.equal(report.level, level);
      assert.match(report.detail, detail);
      assert.equal(report.mend !== undefined, level === "warning");
    });
  }

  it("warns of every end outside of 14 to 90 days, and of none inside", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 400 }), (days) => {
        const { level } = githubReport(token({ expires: inDays(days) }), "push", NOW);
        assert.equal(level, days >= 14 && days <= 90 ? "ok" : "warning");
      }),
    );
  });
});

describe("hubReport", () => {
  const one = (
    label: string,
    age: number,
    rest: { is_active?: boolean; expires_at?: string | null } = {},
  ): HubTokens["results"][number] => ({
    token_label: label,
    is_active: true,
    created_at: inDays(-age).toISOString(),
    ...rest,
  });

  it("names every active token that is older than 90 days", () => {
    const results = [one("ci", 91), one("old", 400, { is_active: false }), one("new", 90)];
    assert.deepEqual(hubReport({ results }, NOW), {
      level: "warning",
      detail: "access tokens older than 90 days: “ci” (91 days)",
      mend: "replace it as docs/ci-identities.md says under “Rotation”",
    });
  });

  it("names those that end soon", () => {
    const results = [one("ci", 10, { expires_at: inDays(3).toISOString() })];
    assert.equal(hubReport({ results }, NOW).detail, "access tokens end: “ci” on 2026-11-26");
  });

  it("counts them where all is well", () => {
    const results = [one("ci", 10), one("host", 80, { expires_at: null })];
    assert.deepEqual(hubReport({ results }, NOW), {
      level: "ok",
      detail: "2 access tokens, the oldest 80 days old",
    });
    assert.equal(hubReport({ results: [] }, NOW).level, "ok");
  });

  it("tells an account's password and an organisation's token by their form", () => {
    assert.equal(hubReportByForm("dckr_pat_x"), undefined);
    assert.equal(hubReportByForm("dckr_oat_x")?.level, "ok");
    assert.match(hubReportByForm("hunter2")?.detail ?? "", /account's password/);
  });
});
