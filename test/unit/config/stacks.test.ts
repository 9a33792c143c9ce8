import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { parse, parseWith } from "./support";

/** `# bot-core:provider: …` with the line below it. */
const EXAMPLE = /^ *# +bot-core:provider: (\w+).*\n *# +bot-core:registry: (.*)$/gm;

describe("the committed stacks", () => {
  for (const stack of ["dev", "prod"]) {
    it(`${stack} parses`, () => {
      const file: unknown = parseYaml(readFileSync(`Pulumi.${stack}.yaml`, "utf8"));
      const { config } = file as { config: Record<string, unknown> };
      const values = Object.entries(config).map(([key, value]) => [
        key.replace("bot-core:", ""),
        value,
      ]);
      const { registry, host } = parse(Object.fromEntries(values) as Record<string, unknown>);
      assert.equal(registry.kind, "private");
      assert.equal(host.kind, "compose");
    });
  }

  it("have an example of every other kind of registry that parses", () => {
    const text = readFileSync("Pulumi.prod.yaml", "utf8");
    const kinds = [...text.matchAll(EXAMPLE)].map(([, provider, registry = ""]) => {
      const place = registry.replace(/[A-Z]{4,}/g, (name) => `my${name.toLowerCase()}`);
      return parseWith({ provider, registry: parseYaml(place) as unknown }).registry.kind;
    });
    assert.deepEqual(kinds, ["ecr", "gar", "acr", "ghcr", "dockerhub"]);
  });

  it("declare only keys with an empty default in Pulumi.yaml, and a plugin of another name", () => {
    const project = parseYaml(readFileSync("Pulumi.yaml", "utf8")) as {
      name: string;
      config: Record<string, { type: string; default: string; description: string }>;
      plugins: { providers: { name: string; path: string }[] };
    };
    assert.deepEqual(Object.keys(project.config), ["version", "provider"]);
    for (const { type, default: value, description } of Object.values(project.config)) {
      assert.equal(type, "string");
      assert.equal(value, "");
      assert.match(description, /\S/);
    }
    assert.notEqual(project.plugins.providers[0]?.name, project.name);
  });
});
