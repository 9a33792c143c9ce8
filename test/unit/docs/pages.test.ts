import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { anchorsOf, codeOf, fencesOf, PAGES, proseOf, readPage, ROOT, tableRows } from "./markdown";

/** A command's file has its name in camel case. */
const COMMANDS = new Set(
  readdirSync(join(ROOT, "cli", "commands")).map((name) =>
    name.replace(/\.ts$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ),
);

/** Subcommands of the Pulumi CLI that the guide uses. */
const PULUMI = new Set([
  ...["up", "preview", "refresh", "destroy", "cancel", "login", "config", "config set"],
  ...["config rm", "stack init", "stack select", "stack output", "stack export"],
]);

/** Programs that stand on every machine of the guide. */
const PROGRAMS = new Set(["cp", "cosign", "docker", "git", "ssh", "ssh-add", "export"]);

/** Programs of the registries' providers, which their pages ask for. */
const PROVIDERS = new Set(["aws", "az", "gcloud", "gh"]);

interface Command {
  readonly page: string;
  readonly words: readonly string[];
}

/** Every command of the blocks marked `sh`, without comments; `a && b` are two. */
const COMMAND_LINES: readonly Command[] = PAGES.flatMap((page) =>
  fencesOf(readPage(page))
    .filter(({ language }) => language === "sh")
    .flatMap(({ lines }) => lines)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => line.split(/ && | \| /))
    .map((line) => ({ page, words: line.split(/\s+/) })),
);

/** Why a command does not exist; undefined where it does. */
function faultOf([program = "", ...args]: readonly string[]): string | undefined {
  switch (program) {
    case "npm":
      return faultOfNpm(args);
    case "npx":
      return args[0] === "bot-core" && COMMANDS.has(args[1] ?? "") ? undefined : "no such command";
    case "pulumi":
      return faultOfPulumi(args);
    default:
      return PROGRAMS.has(program) || PROVIDERS.has(program) ? undefined : "no known program";
  }
}

function faultOfNpm(args: readonly string[]): string | undefined {
  // npm writes this file's shape.
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [first = "", ...rest] = args.filter((word) => word !== "-s");
  if (first === "ci") return undefined;
  const script = first === "run" ? (rest[0] ?? "") : first;
  if (scripts[script] === undefined) return "no such npm script";
  return script === "pulumi" ? faultOfPulumi(rest.slice(rest.indexOf("--") + 1)) : undefined;
}

function faultOfPulumi([first = "", second = ""]: readonly string[]): string | undefined {
  const known = PULUMI.has(`${first} ${second}`) || (PULUMI.has(first) && /^(-|$)/.test(second));
  return known || first === "login" ? undefined : "no such pulumi command";
}

describe("README.md and docs/", () => {
  for (const page of PAGES) {
    it(`${page}: every link leads somewhere`, () => {
      const text = proseOf(readPage(page));
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
      const broken = links
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => {
          const [path = "", anchor] = link.split("#");
          const target = path === "" ? page : normalize(join(dirname(page), path));
          if (!existsSync(join(ROOT, target))) return true;
          return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
        });
      assert.deepEqual(broken, []);
    });
  }

  it("has no command that does not exist", () => {
    assert.ok(COMMAND_LINES.length > 25);
    const faults = COMMAND_LINES.flatMap(({ page, words }) => {
      const fault = faultOf(words);
      return fault === undefined ? [] : [`${page}: ${words.join(" ")}: ${fault}`];
    });
    assert.deepEqual(faults, []);
  });

  it("names a language for every code block", () => {
    const languages = PAGES.flatMap((page) => fencesOf(readPage(page))).map((one) => one.language);
    const known = new Set(["sh", "text", "yaml", "mermaid", "ts"]);
    assert.deepEqual(
      languages.filter((language) => !known.has(language)),
      [],
    );
  });

  it("is read page by page from the README of the page's folder, and these from the first", () => {
    const unread = PAGES.filter((page) => {
      if (page === "README.md") return false;
      const own = join(dirname(page), "README.md");
      const from = PAGES.includes(own) && own !== page ? own : "README.md";
      return !readPage(from).includes(`(${relative(dirname(from), page)})`);
    });
    assert.deepEqual(unread, []);
  });
});

describe("README.md", () => {
  const readme = readPage("README.md");

  it("begins with the two commands", () => {
    assert.deepEqual(fencesOf(readme)[0]?.lines, ["npm start", "npm test"]);
  });

  it("is no longer than 200 lines", () => {
    assert.ok(readme.split("\n").length <= 200);
  });

  it("names every folder of the repository in its layout table", () => {
    const listed = tableRows(readme).map(([path]) => codeOf(path) ?? "");
    const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8")
      .split("\n")
      .map((line) => line.replace(/\/$/, ""));
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .filter((name) => !ignored.includes(name) && !ignored.includes(`/${name}`));
    assert.deepEqual(
      listed.filter((path) => path.endsWith("/")).sort(),
      folders.map((name) => `${name}/`).sort(),
    );
    assert.deepEqual(
      listed.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
  });
});

describe("docs/troubleshooting.md", () => {
  const sources = ["lib", "cli", "dev", "provider", "components"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(ROOT, folder, name), "utf8")),
  );

  it("names faults that the code knows", () => {
    const named = tableRows(readPage("docs/troubleshooting.md")).flatMap(([codes = ""]) =>
      [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code = ""]) => code),
    );
    assert.ok(named.length > 35);
    assert.deepEqual(
      named.filter((code) => !sources.some((text) => text.includes(`"${code}"`))),
      [],
    );
  });
});
