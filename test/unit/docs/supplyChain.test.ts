import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { parseSettings } from "../../../lib/settings/parse";
import { parseIgnoreFile } from "../../../lib/supplyChain";
import { SUPPORTED, TOOLS } from "../../../lib/supplyChain/tools/versions";
import { codeOf, fencesOf, readPage, ROOT, sectionOf, tableRows } from "./markdown";

const PAGE = readPage("docs/supply-chain.md");
const TROUBLES = readPage("docs/troubleshooting.md");

/** What an example leaves to the rest of the stack's file. */
const REST = {
  provider: "private",
  registry: { server: "registry.example.com" },
  version: "v1.0.0",
  host: false,
  verify: { key: "cosign.pub" },
};

const Stack = z.object({ config: z.record(z.string(), z.unknown()) });

const EXAMPLES = fencesOf(PAGE).filter(({ language }) => language === "yaml");

describe("docs/supply-chain.md", () => {
  it("has configurations that the program takes", () => {
    const stacks = EXAMPLES.filter(({ body }) => body.startsWith("config:"));
    assert.ok(stacks.length > 3);
    for (const { body } of stacks) {
      const { config } = Stack.parse(parse(body));
      const own = Object.entries(config).map(
        ([key, value]) => [key.replace("bot-core:", ""), value] as const,
      );
      const values = Object.entries({ ...REST, ...Object.fromEntries(own) }).map(
        ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
      );
      parseSettings({ values: Object.fromEntries(values), secretKeys: new Set() }, {});
    }
  });

  it("has an ignore file that is one", () => {
    const [file] = EXAMPLES.filter(({ body }) => body.startsWith("ignores:"));
    assert.equal(parseIgnoreFile(file?.body ?? "", "scan-ignore.yaml").length, 1);
  });

  it("gives each tool's lowest versions as the code has them", () => {
    const text = sectionOf(PAGE, "Tools");
    for (const tool of TOOLS) {
      const [row] = text.split("\n").filter((line) => line.includes(`[${tool}]`));
      for (const version of SUPPORTED[tool].oldest) {
        assert.match(row ?? "", new RegExp(` ${version.replaceAll(".", "\\.")} `));
      }
    }
  });

  it("names refusals that the code knows", () => {
    const sources = ["lib", "components"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => readFileSync(join(ROOT, folder, name), "utf8")),
    );
    const codes = tableRows(sectionOf(PAGE, "Refusals")).map(([code]) => codeOf(code) ?? "");
    assert.ok(codes.length > 20);
    assert.deepEqual(
      codes.filter((code) => !sources.some((text) => text.includes(`"${code}"`))),
      [],
    );
  });

  it("knows every refusal that docs/troubleshooting.md tells of", () => {
    const codesOf = (text: string): string[] => tableRows(text).map(([code = ""]) => code);
    const known = codesOf(sectionOf(PAGE, "Refusals"));
    const told = codesOf(sectionOf(TROUBLES, "Supply chain"));
    assert.ok(told.length > 8);
    assert.deepEqual(
      told.filter((code) => !known.includes(code)),
      [],
    );
  });
});
