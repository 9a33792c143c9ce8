import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  PULL_USER,
  PUSH_USER,
  pullPassword,
  pushPassword,
  REGISTRY_SERVER,
} from "../../dev/localRegistry";
import { run } from "../../lib/process/run";
import { containersOf, docker } from "./support/hostState";
import { leaksIn, sampleArguments, type Secrets } from "./support/leaks";
import { pulumi, type Project } from "./support/project";
import { createShop, type ShopProject } from "./support/shopProject";

const SERVICE = "engine";
const UP = ["up", "--yes", "--skip-preview", "--non-interactive"] as const;
const PREVIEW = ["preview", "--non-interactive"] as const;
/** Long enough for the sampler on a busy machine. */
const CONTROL_SECONDS = "2";

describe("secrets", function () {
  this.timeout(900_000);
  let shop: ShopProject;
  /** The same project where the environment gives no login. */
  let withoutVariables: Project;
  let loginsBefore: string | undefined;
  const passwords: Secrets = { pushPassword: pushPassword(), pullPassword: pullPassword() };
  const own: Record<string, string> = {};

  before(async () => {
    loginsBefore = await dockerLogins();
    shop = await createShop({ services: [SERVICE] });
    const nothing = {
      DOCKER_USERNAME: "",
      DOCKER_PASSWORD: "",
      DOCKER_PULL_USERNAME: "",
      DOCKER_PULL_PASSWORD: "",
    };
    withoutVariables = { ...shop, environment: { ...shop.environment, ...nothing } };
    await setOwnSecret("first");
  });
  after(() => shop.dispose());

  /** Gives the service a secret of its own, as a user does. */
  const setOwnSecret = async (name: string): Promise<void> => {
    const value = `own-${randomBytes(12).toString("hex")}`;
    own[name] = value;
    await setSecret(shop, "environment.SHARED_SECRET", value);
  };

  /** Searched for what must not be there, and, so that a blind search shows, for what must. */
  const assertClean = (where: string, text: string, there: Secrets): void => {
    assert.deepEqual(leaksIn(text, { ...passwords, ...own }), [], `a secret stands in ${where}`);
    assert.deepEqual(leaksIn(text, there), Object.keys(there), `${where} was not searched`);
  };

  /** Everything that a release tells, stores and starts. */
  const releaseAndSearch = async (project: Project): Promise<void> => {
    const plan = await pulumi(project, ...PREVIEW, "--diff");
    assert.equal(plan.code, 0, plan.output);
    assertClean("the preview", plan.output, { service: SERVICE });

    const sampler = sampleArguments();
    const control = `control-${randomBytes(8).toString("hex")}`;
    const [{ code, output }] = await Promise.all([
      pulumi(project, ...UP, "--diff"),
      run("sh", ["-c", 'sleep "$0"; :', CONTROL_SECONDS, control]),
    ]);
    const started = sampler.stop();
    assert.equal(code, 0, output);
    assertClean("the log of up", output, { service: SERVICE });
    assertClean("process arguments", started.join("\n"), { control, project: shop.name });
    for (const program of [/pulumi up /, /pulumi-resource-botcore/, /docker compose .* up /]) {
      assert.ok(
        started.some((line) => program.test(line)),
        `no process ${program.source} was seen`,
      );
    }

    const exported = await pulumi(project, "stack", "export");
    assertClean("the exported state", exported.output, { namespace: shop.namespace });
    assertClean("the backend's files", await backendText(project), { namespace: shop.namespace });
    await searchContainers();
  };

  /** The service's own secret is in its container's environment, where Docker keeps it, and only there. */
  const searchContainers = async (): Promise<void> => {
    const all = await containersOf(shop);
    // Docker's own answer.
    const found = JSON.parse(
      await docker("inspect", ...all.map(({ id }) => id)),
    ) as readonly Inspected[];
    const variables = found.flatMap(({ Config }) => Config.Env ?? []);
    const rest = found.map((one) => ({ ...one, Config: { ...one.Config, Env: [] } }));
    assertClean("docker inspect", JSON.stringify(rest), { project: shop.name });
    assert.deepEqual(leaksIn(variables.join("\n"), passwords), []);
    const current = Object.values(own).at(-1) ?? "";
    assert.ok(variables.includes(`SHARED_SECRET=${current}`), "the service has not got its secret");
  };

  it("of the environment stand nowhere after a release", () => releaseAndSearch(shop));

  it("make no difference when they move into the stack's configuration", async () => {
    await shop.configure({ registry: registryConfig(shop) });
    await setSecret(shop, "registry.password", pushPassword());
    await setSecret(shop, "registry.pullPassword", pullPassword());
    await assertNoChanges(withoutVariables);
  });

  it("make no difference when they are rotated", async () => {
    await setSecret(shop, "registry.password", `rotated-${randomBytes(12).toString("hex")}`);
    await assertNoChanges(withoutVariables);
    await setSecret(shop, "registry.password", pushPassword());
  });

  it("of the stack's configuration stand nowhere after a release", async () => {
    const config = await readFile(join(shop.directory, "Pulumi.test.yaml"), "utf8");
    assertClean("the stack's file", config, { pushUser: PUSH_USER, pullUser: PULL_USER });
    await setOwnSecret("second");
    await shop.edit(SERVICE, "v0.2.0");
    await shop.commit("v0.2.0");
    await shop.configure({ version: "v0.2.0" });
    await releaseAndSearch(withoutVariables);
  });

  it("left no login in docker's configuration", async () => {
    assert.equal(await dockerLogins(), loginsBefore);
  });
});

interface Inspected {
  readonly Config: { readonly Env: readonly string[] | null };
}

async function assertNoChanges(project: Project): Promise<void> {
  const { code, output } = await pulumi(project, ...PREVIEW, "--diff", "--expect-no-changes");
  assert.equal(code, 0, output);
}

/** What the defaults of a test's project have, and who logs in. */
function registryConfig({ namespace }: Project): Record<string, unknown> {
  return {
    server: REGISTRY_SERVER,
    namespace,
    insecure: true,
    username: PUSH_USER,
    pullUsername: PULL_USER,
  };
}

/** `pulumi config set --secret`, the value by standard input. */
async function setSecret(project: Project, path: string, value: string): Promise<void> {
  const { code, stderr } = await run(
    "pulumi",
    ["config", "set", "--secret", "--path", `bot-core:${path}`, "--stack", "test"],
    { cwd: project.directory, env: project.environment, input: value },
  );
  assert.equal(code, 0, stderr);
}

/** Every file of the file backend: checkpoints, history, backups. */
async function backendText({ environment }: Project): Promise<string> {
  const folder = new URL(environment["PULUMI_BACKEND_URL"] ?? "");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

/** Docker's configuration of this user as text; undefined where there is none. */
function dockerLogins(): Promise<string | undefined> {
  const folder = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
  return readFile(join(folder, "config.json"), "utf8").catch(() => undefined);
}
