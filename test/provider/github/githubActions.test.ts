import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { skip } from "../../../dev/skip";
import { hasPulumi, makeProject, type Project } from "../plugin/project";
import { EMPTY, type GithubState, readState, writeState } from "./plugin/state";

const PLUGIN = resolve(__dirname, "plugin");
const CHECKOUT = resolve(__dirname, "../../..");
const TOKEN = "ghp_swordfish-of-the-north";
const RULESET = "bot-core: published versions";

const SETTINGS = {
  kind: "github",
  owner: "acme",
  name: "shop",
  environment: "production",
  reviewers: [],
  defaultBranch: "main",
};

describe("GitHub's side of CI under the real engine", function () {
  this.timeout(300_000);
  let project: Project;
  let file: string;

  before(async function () {
    if (!(await hasPulumi())) skip(this, "no pulumi on PATH");
  });

  beforeEach(async () => {
    project = await makeProject({ github: PLUGIN }, { GITHUB_TOKEN: TOKEN });
    file = join(project.folder, "github.json");
    process.env["GITHUB_DOUBLE_STATE"] = file;
    writeState(file, structuredClone(EMPTY));
  });

  afterEach(async () => {
    delete process.env["GITHUB_DOUBLE_STATE"];
    await project.remove();
  });

  /** @param recorded what the program reads from its stack's outputs */
  async function up(
    { recorded = false, server = "ghcr.io/acme" } = {},
    ...args: readonly string[]
  ): Promise<string> {
    await project.program(programOf(server, recorded));
    const { code, shown } = await project.pulumi("up", "--yes", "--skip-preview", ...args);
    assert.equal(code, 0, shown);
    return shown;
  }

  async function destroy(): Promise<void> {
    const { code, shown } = await project.pulumi("destroy", "--yes", "--skip-preview");
    assert.equal(code, 0, shown);
  }

  function github(): GithubState {
    return readState(file);
  }

  function namesOf({ variables, policies, rulesets }: GithubState): object {
    return {
      variables: Object.keys(variables).sort(),
      policies: policies.map(({ type, name }) => `${type} ${name}`).sort(),
      rulesets: rulesets.map(({ inputs }) => inputs["name"]),
    };
  }

  const EVERYTHING = {
    variables: ["DOCKER_REGISTRY", "PULUMI_STACK"],
    policies: ["branch main", "tag v*"],
    rulesets: [RULESET],
  };

  it("is declared once, previews too, and its token stands nowhere in state", async () => {
    await project.program(programOf("ghcr.io/acme", false));
    const preview = await project.pulumi("preview");
    assert.equal(preview.code, 0, preview.shown);
    assert.deepEqual(github().changes, []);
    await up();
    assert.deepEqual(namesOf(github()), EVERYTHING);
    await up({ recorded: true }, "--expect-no-changes");
    const { stdout } = await project.pulumi("stack", "export");
    assert.match(stdout, /"owner": "acme"/);
    assert.doesNotMatch(stdout, /swordfish/);
  });

  it("keeps environment and ruleset through a destroy, and takes them over again", async () => {
    await up();
    await destroy();
    assert.deepEqual(namesOf(github()), { ...EVERYTHING, variables: [] });
    assert.notEqual(github().environment, undefined);
    const shown = await up();
    assert.match(shown, /ruleset "bot-core: published versions": there already/);
    assert.deepEqual(namesOf(github()), EVERYTHING);
    await up({ recorded: true }, "--expect-no-changes");
  });

  it("takes over what a lost state declared, and brings what differs with the next run", async () => {
    await up();
    const removed = await project.pulumi("stack", "rm", "test", "--yes", "--force");
    assert.equal(removed.code, 0, removed.shown);
    const made = await project.pulumi("stack", "init", "test");
    assert.equal(made.code, 0, made.shown);
    await up({ server: "ghcr.io/other" });
    assert.equal(github().variables["DOCKER_REGISTRY"], "ghcr.io/acme");
    await up({ server: "ghcr.io/other", recorded: true });
    assert.equal(github().variables["DOCKER_REGISTRY"], "ghcr.io/other");
    await up({ server: "ghcr.io/other", recorded: true }, "--expect-no-changes");
    assert.deepEqual(namesOf(github()), EVERYTHING);
  });

  it("changes nothing on GitHub where a first run failed behind it, and runs again", async () => {
    await up();
    const before = github();
    // No record: the outputs of a run that failed were not written.
    await up();
    assert.deepEqual(namesOf(github()), EVERYTHING);
    assert.deepEqual(github().rulesets, before.rulesets);
    assert.deepEqual(
      github().changes.filter((change) => change.startsWith("delete")),
      [],
    );
    await up({ recorded: true }, "--expect-no-changes");
  });
});

function programOf(server: string, recorded: boolean): string {
  const inputs = { variables: { DOCKER_REGISTRY: server }, recorded };
  return [
    'require("tsx/cjs");',
    `const { declareGithubActions } = require(${JSON.stringify(join(CHECKOUT, "components/githubActions.ts"))});`,
    "module.exports = async () => {",
    `  await declareGithubActions("github", ${JSON.stringify(SETTINGS)}, ${JSON.stringify(inputs)});`,
    "};",
  ].join("\n");
}
