import assert from "node:assert/strict";
import fc from "fast-check";
import { keysOf, locate, parseSource, placesOf, textsOf } from "../../../../lib/compose/source";

const BASE = parseSource(
  "base.yml",
  "/srv/base.yml",
  `x-web: &web
  environment: &env
    MODE: fast
  ports:
    - "80:80"
services:
  web:
    <<: *web
    image: nginx
  api:
    environment: *env
    labels: [a, "version=$VERSION"]
`,
);
const PROD = parseSource(
  "prod.yml",
  "/srv/prod.yml",
  "services:\n  web:\n    image: nginx:2\n---\nservices:\n  job:\n    image: job\n",
);

describe("locate", () => {
  const cases: [string, string[], string | undefined, string][] = [
    ["the last file that has it", ["services", "web", "image"], undefined, "prod.yml:3"],
    ["the only file that has it", ["services", "api", "labels"], undefined, "base.yml:12"],
    ["a later document of a file", ["services", "job", "image"], undefined, "prod.yml:7"],
    ["a merge key's mapping", ["services", "web", "ports"], undefined, "base.yml:4"],
    ["an alias", ["services", "api", "environment", "MODE"], undefined, "base.yml:3"],
    ["the text", ["services", "api", "labels"], "$VERSION", "base.yml:12"],
    ["the text in a list of a merge", ["services", "web", "ports"], "80", "base.yml:5"],
    [
      "the longest part that is there",
      ["services", "web", "deploy", "mode"],
      undefined,
      "prod.yml:2",
    ],
    ["the first file where nothing is", ["volumes"], undefined, "base.yml"],
  ];
  for (const [title, keys, containing, expected] of cases) {
    it(`finds ${title}`, () => {
      assert.equal(locate([BASE, PROD], keys, containing), expected);
    });
  }

  it("answers with a file for any text and any keys", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), fc.string(), (text, keys, containing) => {
        const source = parseSource("a.yml", "/a.yml", text);
        assert.match(locate([source], keys, containing), /^a\.yml(?::\d+)?$/);
      }),
    );
  });
});

describe("keysOf", () => {
  it("lists the keys of all files and documents once", () => {
    assert.deepEqual(keysOf([BASE, PROD], ["services"]), ["web", "api", "job"]);
  });
});

describe("textsOf", () => {
  it("gives values and bare names, not the names of values", () => {
    const source = parseSource("a.yml", "/a.yml", "env:\n  VERSION: 1\n  GIT_SHA:\n  A: b\n");
    const [place] = placesOf([source], ["env"]);
    assert.deepEqual(textsOf(place!), [
      { text: "1", at: "a.yml:2" },
      { text: "GIT_SHA", at: "a.yml:3" },
      { text: "b", at: "a.yml:4" },
    ]);
  });
});
