import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { findBases, type Project } from "../../../../lib/bases/findBases";
import { after as afterwards, NEW, OLD, outcomes, plan } from "./support";

/** What must stay as it is, whatever it says. */
const noise = fc.oneof(
  fc.constantFrom(
    `# FROM evil:1@${OLD}`,
    "",
    "   ",
    "RUN echo 'a b' && \\\n  # comment\n  true",
    `RUN <<EOT\nFROM evil:1@${OLD}\nEOT`,
    "LABEL a=\"b c\" d='ü €'",
    'COPY --link --chown=1:1 ["a b", "/c"]',
    "ENV A=${B:-x} C=d",
  ),
  fc.stringMatching(/^RUN [a-z "'$éß#]{0,20}x$/),
);
const name = fc.constantFrom("rust", "ghcr.io/o/i", "localhost:5000/n/i", "a/b.c_d");
/** A FROM with its pinned base: written out, or by an ARG. */
const stage = fc.record({
  image: fc.tuple(name, fc.stringMatching(/^[0-9]\.[0-9a-z.-]{0,6}[a-z0-9]$/)),
  form: fc.constantFrom("plain", "argument", "quoted", "default", "tag"),
  platform: fc.boolean(),
  noise: fc.array(noise, { maxLength: 3 }),
});
const dockerfile = fc
  .record({
    stages: fc.array(stage, { minLength: 1, maxLength: 4 }),
    end: fc.constantFrom("\n", "\r\n"),
    ends: fc.boolean(),
  })
  .map(({ stages, end, ends }) => {
    const globals = stages.map(({ image: [image, tag], form }, at) =>
      form === "argument"
        ? `ARG A${at}=${image}:${tag}@${OLD}`
        : form === "quoted"
          ? `ARG A${at}="${image}:${tag}@${OLD}"`
          : form === "tag"
            ? `ARG A${at}=${tag}@${OLD}`
            : `ARG A${at}`,
    );
    const froms = stages.flatMap(({ image: [image, tag], form, platform, noise: lines }, at) => {
      const whole = `${image}:${tag}@${OLD}`;
      const forms = {
        plain: whole,
        argument: `$A${at}`,
        quoted: `\${A${at}}`,
        default: `\${A${at}:-${whole}}`,
        tag: `${image}:\${A${at}}`,
      };
      return [`FROM ${platform ? "--platform=$X " : ""}${forms[form]} AS s${at}`, ...lines];
    });
    const text = [...globals, ...froms].join("\n").replaceAll("\n", end);
    return { text: ends ? text + end : text, count: stages.length };
  });

describe("any Dockerfile", () => {
  const directory = mkdtempSync(join(tmpdir(), "bases-"));
  const file = join(directory, "Dockerfile");
  const build = { service: "web", context: ".", dockerfile: "Dockerfile", args: {} };
  const project: Project = { directory, composeFiles: [], builds: [build] };
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("changes in the digests of its bases alone, once", async () => {
    await fc.assert(
      fc.asyncProperty(dockerfile, async ({ text, count }) => {
        writeFileSync(file, text);
        const first = await plan(project);
        assert.equal(first.bases.filter(({ outcome }) => outcome.kind === "moved").length, count);
        const changed = afterwards(first)["Dockerfile"] ?? text;
        assert.equal(changed.split(NEW).length - 1, count);
        // As many digits as before, and back again it is the same text.
        assert.equal(changed.length, text.length);
        assert.equal(changed.replaceAll(NEW, OLD), text);
        writeFileSync(file, changed);
        const second = await plan(project);
        assert.deepEqual([second.files, second.diff], [[], ""]);
      }),
      { numRuns: 150 },
    );
  });

  it("is pinned once, to what it was", async () => {
    await fc.assert(
      fc.asyncProperty(dockerfile, async ({ text, count }) => {
        const bare = text.replaceAll(`@${OLD}`, "");
        writeFileSync(file, bare);
        const pinned = afterwards(await plan(project, { pin: true }))["Dockerfile"] ?? "";
        assert.equal(pinned.replaceAll(`@${NEW}`, ""), bare);
        assert.equal(pinned.split(NEW).length - 1, count);
        writeFileSync(file, pinned);
        assert.deepEqual((await plan(project, { pin: true })).files, []);
      }),
      { numRuns: 150 },
    );
  });

  it("that is none is read to its end", async () => {
    const words = fc.constantFrom(
      "FROM",
      "ARG",
      "A=",
      "$",
      "${",
      "}",
      "\\",
      "\n",
      "@",
      '"',
      "'",
      ":",
      "x",
      "<<E",
      "--from=",
      "COPY",
      "# escape=`",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 25 }), async (parts) => {
        writeFileSync(file, parts.join(parts.length % 2 === 0 ? " " : ""));
        outcomes(await plan(project));
        findBases(project, new Map());
      }),
      { numRuns: 500 },
    );
  });
});
