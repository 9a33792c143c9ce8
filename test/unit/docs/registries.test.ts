import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { parseSettings } from "../../../lib/settings/parse";
import type { RegistrySettings, Settings } from "../../../lib/settings/settings";
import { fencesOf, PAGES, readPage } from "./markdown";

type Kind = RegistrySettings["kind"];

/** Each kind's page; a kind without one does not compile. */
const PAGE_OF: Readonly<Record<Kind, string>> = {
  ecr: "docs/registries/ecr.md",
  gar: "docs/registries/gar.md",
  acr: "docs/registries/acr.md",
  ghcr: "docs/registries/ghcr.md",
  dockerhub: "docs/registries/dockerhub.md",
  private: "docs/registries/private.md",
};

const REST = {
  scan: false,
  sbom: false,
  sign: false,
  verify: false,
  host: false,
  version: "v1.0.0",
};

const WIDTH = 80;

/** What every page tells, by its headings. */
const HEADINGS = [/set.?up/i, /permission/i, /price/i, /limit/i, /troubleshooting/i];

describe("docs/registries/", () => {
  for (const [kind, page] of Object.entries(PAGE_OF)) {
    describe(page, () => {
      it("says how to set it up, what it needs and costs, and what goes wrong", () => {
        const headings = readPage(page)
          .split("\n")
          .filter((line) => line.startsWith("#"));
        const missing = HEADINGS.filter((heading) => !headings.some((line) => heading.test(line)));
        assert.deepEqual(missing, []);
      });

      it("dates its prices", () => {
        assert.match(readPage(page), /20\d\d-\d\d(-\d\d)?|Your disk/);
      });

      it("has a configuration that the program takes", () => {
        const settings = examplesOf(page).map(settingsOf);
        assert.ok(settings.length > 0);
        assert.deepEqual(
          settings.map(({ registry }) => registry.kind),
          settings.map(() => kind),
        );
      });
    });
  }

  it("compares them in tables of 80 columns", () => {
    const long = readPage("docs/registries/README.md")
      .split("\n")
      .filter((line) => line.startsWith("|") && line.length > WIDTH);
    assert.deepEqual(long, []);
  });

  it("has a page for nothing else", () => {
    const pages = PAGES.filter((page) => page.startsWith("docs/registries/"));
    const known = ["docs/registries/README.md", ...Object.values(PAGE_OF)];
    assert.deepEqual(
      pages.filter((page) => !known.includes(page)),
      [],
    );
  });
});

describe("docs/ci-identities.md", () => {
  it("has a configuration that the program takes", () => {
    const [example] = examplesOf("docs/ci-identities.md").map(settingsOf);
    assert.deepEqual(example?.github, {
      kind: "github",
      owner: "acme",
      name: "shop",
      environment: "production",
      reviewers: ["octocat", "team:operations"],
      defaultBranch: "main",
    });
  });

  it("has workflows that are YAML", () => {
    const workflows = fencesOf(readPage("docs/ci-identities.md")).filter(
      ({ language }) => language === "yaml",
    );
    assert.ok(workflows.length > 6);
    for (const { body } of workflows) assert.ok(parse(body) !== null);
  });
});

/** A stack file, or a workflow. */
const Yaml = z
  .object({ config: z.record(z.string(), z.unknown()).optional() })
  .or(z.array(z.unknown()));

/** The `config` of each stack file among a page's examples. */
function examplesOf(page: string): readonly Readonly<Record<string, unknown>>[] {
  return fencesOf(readPage(page))
    .filter(({ language }) => language === "yaml")
    .map(({ body }) => Yaml.parse(parse(body)))
    .flatMap((one) => (Array.isArray(one) || one.config === undefined ? [] : [one.config]));
}

/** A stack file's config, with `false` for what no page of these is about. */
function settingsOf(config: Readonly<Record<string, unknown>>): Settings {
  const own = Object.entries(config).map(
    ([key, value]) => [key.replace("bot-core:", ""), value] as const,
  );
  const all: Readonly<Record<string, unknown>> = { ...REST, ...Object.fromEntries(own) };
  const values = Object.entries(all).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return parseSettings({ values: Object.fromEntries(values), secretKeys: new Set() }, {});
}
