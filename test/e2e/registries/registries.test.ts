import assert from "node:assert/strict";
import { skip } from "../../../dev/skip";
import { leaksIn } from "../support/leaks";
import { createWorldProject, type Ran, type WorldProject } from "../world/project";
import { plantOldImage } from "../world/registry";
import type { Entry } from "../world/router/exchange";
import { PRODUCTION } from "../world/places";
import { startWorld, whyNoWorld, type World } from "../world/world";
import type { RegistryCase } from "./case";
import { acr } from "./kinds/acr";
import { dockerHub } from "./kinds/dockerHub";
import { ecr } from "./kinds/ecr";
import { gar } from "./kinds/gar";
import { ghcr } from "./kinds/ghcr";
import { privateRegistry } from "./kinds/private";

/**
 * Every kind of registry from its first `up` to its end, by the real engine, with the clouds' real
 * names, real TLS and each kind's own flow of tokens, in front of a real registry and real engines.
 */
const CASES: readonly RegistryCase[] = [privateRegistry, ghcr, dockerHub, ecr, gar, acr];

const UP = ["up", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--skip-preview"];
const ACTIONS_VARIABLE = "github:index/actionsVariable:ActionsVariable";
const UNCHANGED = ["preview", "--expect-no-changes"];

describe("Registries in a world of their own", function () {
  this.timeout(180_000);
  let started: World | undefined;
  const world = (): World => {
    if (started === undefined) throw new Error("the world has not begun");
    return started;
  };

  before(async function () {
    const reason = whyNoWorld();
    if (reason !== undefined) skip(this, reason);
    started = await startWorld();
  });

  after(() => started?.close());

  for (const one of CASES) {
    describe(one.kind, () => {
      defineCase(one, world);
    });
  }
});

function defineCase(one: RegistryCase, world: () => World): void {
  let project: WorldProject;
  let first: string | undefined;

  before(async () => {
    project = await createWorldProject(world(), one.kind, "first", one.config(world()));
    await one.logIn(project, "first", world());
  });

  it("a preview before it shows what there will be, and does nothing", async () => {
    const { log, output } = await did("preview");
    assert.match(output, /botcore:index:ComposeHost host create/);
    assert.deepEqual(writes(log), []);
    assert.deepEqual(await managed(), []);
  });

  it("up: builds, pushes with the push identity; the host pulls with the weaker one", async () => {
    const { log } = await did(...UP);
    assert.ok(pushes(log).length > 0);
    for (const { subject } of pushes(log)) assert.match(subject, one.pusher);
    const pulled = pulls(log);
    assert.ok(pulled.length > 0, "the host pulled nothing");
    for (const { subject } of pulled) assert.match(subject, one.puller);
    first = await running(project.name);
    if (one.config(world())["github"] === undefined) return;
    assert.ok((await held("github")).includes(`${ACTIONS_VARIABLE} shop:REGISTRY_PROVIDER`));
  });

  it("a second up changes nothing and pushes nothing", async () => {
    const { log } = await did(...UP, "--expect-no-changes");
    assert.deepEqual(writes(log), []);
  });

  it("other credentials are no change", async () => {
    await one.logIn(project, "rotated", world());
    await did(...UNCHANGED);
  });

  it("up of a new version", async () => {
    await project.edit("two");
    await project.configure({ version: "v0.2.0" });
    const { log } = await did(...UP);
    assert.ok(pushes(log).length > 0);
    assert.notEqual(await running(project.name), first);
  });

  it("rolls back by config: 0 builds, 0 pushes, the same bytes", async () => {
    await project.configure({ version: "v0.1.0" });
    const { log, output } = await did(...UP);
    assert.deepEqual(writes(log), []);
    assert.doesNotMatch(output, /docker:index:Image \S+ (creat|updat|replac)/);
    assert.equal(await running(project.name), first);
  });

  it("a second stack uses the registry as it is (manage: false)", async () => {
    const { provider, registry } = one.config(world());
    const second = await createWorldProject(world(), `${one.kind}-second`, "second", {
      provider,
      registry: { ...(registry as object), manage: false },
    });
    await one.logIn(second, "rotated", world());
    const managedBefore = await managed();
    const { log } = await didIn(second, ...UP);
    assert.deepEqual(pushes(log), []);
    assert.equal(await running(second.name), first);
    await didIn(second, ...DESTROY);
    assert.deepEqual(await managed(), managedBefore);
  });

  it("the exported state holds no credential", async () => {
    const { stdout } = await did("stack", "export");
    assert.ok(stdout.includes("ComposeHost"), "the state is another one");
    assert.deepEqual(leaksIn(stdout, await secrets()), []);
  });

  it("refreshes and destroys with tokens that expired; what is in the registry stays", async () => {
    const keptBefore = await kept();
    assert.equal(keptBefore.length, one.cloud === undefined ? 0 : 1);
    await world().ask("expire");
    await did("refresh", "--yes", "--skip-preview");
    await world().ask("expire");
    const { log } = await did(...DESTROY);
    assert.deepEqual(writes(log), []);
    assert.deepEqual(await kept(), keptBefore);
    assert.equal(await running(project.name), "");
    const onGithub = await held("github");
    assert.ok(!onGithub.some((line) => line.startsWith(ACTIONS_VARIABLE)), "variables are left");
  });

  it("up again adopts what is there and builds nothing", async () => {
    await project.forget();
    const { log } = await did(...UP);
    assert.deepEqual(pushes(log), []);
    assert.equal(await running(project.name), first);
  });

  it("lists versions, and prunes what retention does not keep, by the registry's own interface", async () => {
    await plant("v0.0.1");
    await project.configure({ retention: { keepVersions: 1 } });
    assert.deepEqual(await versions(), ["v0.2.0", "v0.1.0", "v0.0.1"]);
    const pruned = await project.botCore("images", "prune", "--yes");
    assert.equal(pruned.code, 0, pruned.output);
    assert.match(pruned.output, /v0\.0\.1/);
    // The newest one, and the one that runs.
    assert.deepEqual(await versions(), ["v0.2.0", "v0.1.0"]);
    assert.deepEqual(leaksIn(pruned.output, await secrets()), []);
  });

  it("a push by an identity that only reads is refused in this registry's words", async () => {
    await one.logIn(project, "readOnly", world());
    await project.edit("three");
    await project.configure({ version: "v0.3.0" });
    const { code, output } = await project.pulumi(...UP);
    assert.notEqual(code, 0, output);
    for (const words of one.refusal) assert.match(output, words);
    assert.deepEqual(pushes(await logged()), []);
    assert.deepEqual(leaksIn(output, await secrets()), []);
  });

  it("destroy takes what it manages along where that is asked for", async () => {
    await one.logIn(project, "rotated", world());
    await project.configure({ version: "v0.1.0", retention: { deleteOnDestroy: true } });
    await did(...UP);
    await did(...DESTROY);
    assert.deepEqual(await kept(), []);
  });

  /** Runs the CLI, which has to succeed and to show no credential. */
  async function didIn(
    stack: WorldProject,
    ...args: readonly string[]
  ): Promise<Ran & { readonly log: readonly Entry[] }> {
    await logged();
    const ran = await stack.pulumi(...args);
    assert.equal(ran.code, 0, ran.output);
    assert.deepEqual(leaksIn(ran.output, await secrets()), []);
    return { ...ran, log: await logged() };
  }

  function did(...args: readonly string[]): Promise<Ran & { readonly log: readonly Entry[] }> {
    return didIn(project, ...args);
  }

  /** What was asked at the registry since it was asked last. */
  async function logged(): Promise<readonly Entry[]> {
    const all = (await world().ask("log")) as readonly Entry[];
    return all.filter(({ host }) => host === one.host);
  }

  /** What the cloud holds; nothing where the program manages nothing there. */
  async function managed(): Promise<readonly string[]> {
    return one.cloud === undefined ? [] : held(one.cloud.name);
  }

  /** `TYPE ID` of all that a cloud holds. */
  async function held(cloud: string): Promise<readonly string[]> {
    return (await world().ask("held", { cloud })) as readonly string[];
  }

  /** Puts an image there as a version of 2020, behind the registry's back. */
  async function plant(version: string): Promise<void> {
    const repository = first?.replace(/^[^/]*\//, "").replace(/@.*/, "") ?? "";
    const { code, output } = await plantOldImage(world(), `${one.backend}/${repository}`, version);
    assert.equal(code, 0, output);
  }

  /** What `images list` shows. */
  async function versions(): Promise<readonly string[]> {
    const { code, stdout, output } = await project.botCore("images", "list", "--json");
    assert.equal(code, 0, output);
    // The shape is part of the command's interface.
    const { services } = JSON.parse(stdout) as {
      readonly services: readonly { readonly versions: readonly { readonly version: string }[] }[];
    };
    return services.flatMap((service) => service.versions.map(({ version }) => version));
  }

  /** What of it has images in it. */
  async function kept(): Promise<readonly string[]> {
    return (await managed()).filter((line) => one.cloud?.keeps.test(line) === true);
  }

  async function secrets(): Promise<Readonly<Record<string, string>>> {
    const all = (await world().ask("credentials")) as readonly string[];
    return Object.fromEntries(all.map((text) => [text, text]));
  }

  /** `repository@digest` of what the host runs; empty where it runs nothing. */
  async function running(name: string): Promise<string> {
    const engine = ["--host", PRODUCTION];
    const filter = ["--filter", `label=bot-core.project=${name}`];
    const role = ["--filter", "label=bot-core.role=colour"];
    const { stdout } = await world().run("docker", [...engine, "ps", "-q", ...filter, ...role]);
    const ids = stdout.split("\n").filter((line) => line !== "");
    if (ids.length === 0) return "";
    const asked = ["inspect", "--format", "{{.Config.Image}}", ...ids];
    return (await world().run("docker", [...engine, ...asked])).stdout.trim();
  }
}

/** What was put there: manifests, and layers at the end of their upload. */
function pushes(log: readonly Entry[]): readonly Entry[] {
  return log.filter(({ method, status }) => method === "PUT" && status === CREATED);
}

const CREATED = 201;

/** Every request at the data plane that changes something. */
function writes(log: readonly Entry[]): readonly string[] {
  return log
    .filter(({ method, path }) => path.startsWith("/v2/") && !["GET", "HEAD"].includes(method))
    .map(({ method, path }) => `${method} ${path}`);
}

/** Manifests that a Docker engine was given. */
function pulls(log: readonly Entry[]): readonly Entry[] {
  return log.filter(
    ({ method, path, agent, status }) =>
      method === "GET" && path.includes("/manifests/") && agent === "docker" && status === 200,
  );
}
