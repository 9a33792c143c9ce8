import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { skip } from "../../../dev/skip";
import { PULL_USER, pullPassword, PUSH_USER, pushPassword } from "../../../dev/localRegistry";
import { allSteps, CHECKOUT } from "../../unit/workflows/model";
import { createShop, type ShopProject } from "../support/shopProject";
import { registry, tagsOf } from "../support/registry";
import { GithubDouble } from "./githubDouble";
import { type Machine, type RanJob, runJob, type RunOptions } from "./runner";
import { makeShims, type Shims } from "./shims";

const execute = promisify(execFile);
const SERVICE = "engine";
const REPOSITORY = "octo/shop";

/** What only a runner of GitHub's can do; everything else of the workflows is run here. */
const ACTIONS_OF_OTHERS = [
  "actions/checkout",
  "actions/setup-node",
  "actions/upload-artifact",
  "pulumi/actions",
];

/** What the repository is set up with. */
const SECRETS = {
  PULUMI_CONFIG_PASSPHRASE: "e2e",
  DOCKER_PASSWORD: pushPassword(),
  DOCKER_PULL_PASSWORD: pullPassword(),
};
const LOGINS = { DOCKER_USERNAME: PUSH_USER, DOCKER_PULL_USERNAME: PULL_USER };
/** Given by the steps' `env` alone, so that one which forgets them fails. */
const GIVEN_BY_STEPS =
  /^(?:DOCKER_(?:PULL_)?(?:USERNAME|PASSWORD)|COSIGN_(?:KEY|PASSWORD)|PULUMI_CONFIG_PASSPHRASE|GITHUB_.*|PULUMI_BACKEND_URL)$/;

interface Event {
  readonly name: string;
  readonly ref: string;
  /** Further keys of the event's file. Default: none. */
  readonly more?: object;
  /** What a step would leave in the checkout that does nothing here, by path. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
}

describe("workflows, their commands run here", function () {
  this.timeout(300_000);
  const github = new GithubDouble();
  const ran: RanJob[] = [];
  let api: string;
  let project: ShopProject;
  let machine: Machine;
  let shims: Shims;
  let home: string;
  let config: string;

  before(async () => {
    api = await github.start();
    home = await mkdtemp(join(tmpdir(), "workflows-"));
    shims = await makeShims(home);
    project = await createShop({
      services: [SERVICE],
      config: { rollout: { drainSeconds: 1, soakSeconds: 1 } },
    });
    for (const path of [".github", "cli"]) {
      await cp(join(CHECKOUT, path), join(project.directory, path), { recursive: true });
    }
    await writeFile(join(project.directory, ".github/tools.txt"), shims.tools);
    await project.commit("workflows");
    config = await readFile(join(project.directory, "Pulumi.test.yaml"), "utf8");
    machine = { directory: project.directory, temporary: home, environment: environment() };
  });

  after(async () => {
    await endAgents();
    await project.dispose();
    await github.stop();
    await rm(home, { recursive: true, force: true });
  });

  function environment(): Record<string, string | undefined> {
    const all = { ...process.env, ...project.environment };
    const kept = Object.entries(all).filter(([name]) => !GIVEN_BY_STEPS.test(name));
    return {
      ...Object.fromEntries(kept),
      ...shims.environment,
      HOME: home,
      NPM_CONFIG_USERCONFIG: join(homedir(), ".npmrc"),
      PATH: [shims.folder, project.environment["PATH"] ?? ""].join(delimiter),
    };
  }

  /** One job on a fresh checkout: its own configuration files, nothing of the job before. */
  async function job(
    name: string,
    event: Event,
    options: Partial<RunOptions> = {},
    server = "https://github.com",
  ): Promise<RanJob | undefined> {
    await freshCheckout();
    for (const [path, text] of Object.entries(event.files ?? {})) await project.write(path, text);
    const eventFile = join(home, "event.json");
    const body = { repository: { default_branch: "main" }, ...event.more };
    await writeFile(eventFile, JSON.stringify(body));
    const [workflow = "", of = ""] = name.split("/");
    const refName = event.ref.replace(/^refs\/(?:heads|tags|pull)\//, "");
    const context = {
      event: body,
      event_name: event.name,
      ref: event.ref,
      ref_name: refName,
      ref_type: event.ref.startsWith("refs/tags/") ? "tag" : "branch",
      repository: REPOSITORY,
      actor: "octocat",
      token: "ghs_token",
      server_url: server,
    };
    const variables = {
      ...machine.environment,
      CI: "true",
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_REF: event.ref,
      GITHUB_REF_NAME: refName,
      GITHUB_SHA: await project.head(),
      GITHUB_ACTOR: "octocat",
      GITHUB_API_URL: api,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_RUN_ID: "1",
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_WORKFLOW_REF: `${REPOSITORY}/.github/workflows/${workflow}.yml@${event.ref}`,
    };
    const done = await runJob({ ...machine, environment: variables }, workflow, of, {
      github: context,
      vars: variablesOf(),
      secrets: SECRETS,
      ...options,
    });
    if (done !== undefined) ran.push(done);
    return done;
  }

  function variablesOf(): Record<string, string> {
    const backend = project.environment["PULUMI_BACKEND_URL"] ?? "";
    return { PULUMI_STACK: "test", PULUMI_BACKEND_URL: backend, ...LOGINS };
  }

  async function passes(...asked: Parameters<typeof job>): Promise<RanJob> {
    const done = await job(...asked);
    assert.ok(done, "the job's condition is false");
    assert.ok(done.ok, done.output);
    return done;
  }

  async function freshCheckout(): Promise<void> {
    const own = readdirSync(project.directory).filter((name) => /^Pulumi\..*\.yaml$/.test(name));
    for (const name of own) await rm(join(project.directory, name));
    const made = ["preview.json", "preview.diff", "refresh.json", "versions.json", "rebuild.txt"];
    for (const name of [...made, "reports"]) {
      await rm(join(project.directory, name), { recursive: true, force: true });
    }
    await writeFile(join(project.directory, "Pulumi.test.yaml"), config);
  }

  const amd64 = { matrix: { platform: "linux/amd64", arch: "amd64" } };
  const push = { name: "push", ref: "refs/heads/main" };
  const dispatch = { name: "workflow_dispatch", ref: "refs/heads/main" };

  /** The running container of the service; `""`: there is none. */
  async function container(): Promise<string> {
    const labels = [`project=${project.name}`, "role=colour"];
    const filters = labels.flatMap((label) => ["--filter", `label=bot-core.${label}`]);
    const { stdout } = await execute("docker", ["ps", "--quiet", ...filters]);
    return stdout.trim();
  }

  async function endAgents(): Promise<void> {
    const socket = join(home, "ssh-agent.sock");
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (line.includes(socket)) process.kill(Number(pid));
    }
  }

  it("release: a push to main builds a platform in a stack of its own, and publishes without a host", async () => {
    const built = await passes("release/build", push, amd64);
    assert.match(built.summary, /### Build cache of `main`: /);
    const tags = async (): Promise<string[]> =>
      Object.keys(await tagsOf(`${project.namespace}/${SERVICE}`)).map((tag) =>
        tag.replace(/[0-9a-f]{12}/, "X"),
      );
    assert.deepEqual(await tags(), ["pb-X-amd64"]);
    const published = await passes("release/publish", push);
    assert.doesNotMatch(published.output, /docker:index:Image|docker:index\/image:Image/);
    assert.deepEqual((await tags()).sort(), ["X", "main", "main-X", "pb-X-amd64"]);
    assert.equal(await container(), "");
    assert.equal(await job("release/release", push), undefined);
  });

  it("release: a tag deploys what was built, with an ssh key in an agent", async () => {
    const key = join(home, "key");
    await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const secrets = { ...SECRETS, DEPLOY_SSH_KEY: await readFile(key, "utf8") };
    const tag = { name: "push", ref: "refs/tags/v0.1.0" };
    assert.equal(await job("release/publish", tag), undefined);
    const refused = await job("release/release", tag, { secrets });
    assert.match(refused?.output ?? "", /DEPLOY_KNOWN_HOSTS is empty/);
    const host = "host.example.com ssh-ed25519 AAAA";
    const vars = { ...variablesOf(), DEPLOY_KNOWN_HOSTS: host };
    await passes("release/release", tag, { secrets, vars });
    assert.match(readFileSync(join(home, ".ssh/known_hosts"), "utf8"), /host\.example\.com/);
    assert.equal(await project.answering(SERVICE), "v0.1.0");
  });

  it("release: by hand, after a runner was killed with the lock in its hands", async () => {
    await project.edit(SERVICE, "v0.2.0");
    // No other test's build may have left this very step in the daemon's cache.
    const source = join(project.directory, `services/${SERVICE}/app.js`);
    await appendFile(source, `// ${project.name}\n`);
    await project.commit("v0.2.0");
    const inputs = { version: "v0.2.0", recover: true };
    const built = await passes("release/build", dispatch, { ...amd64, inputs });
    assert.match(built.summary, /built \| \d+ \| \d+ \|/);
    await plantLock();
    const files = { "reports/v0.2.0/engine-amd64.sarif": '{"runs":[]}' };
    const done = await passes("release/release", { ...dispatch, files }, { inputs });
    assert.deepEqual(github.findings, [dispatch.ref]);
    assert.match(done.output, /created by .*@elsewhere/);
    assert.equal(await project.answering(SERVICE), "v0.2.0");
  });

  it("leaves somebody else's lock alone and says whose it is", async () => {
    await plantLock("ann");
    const inputs = { version: "v0.2.0", recover: true };
    const done = await job("release/release", dispatch, { inputs });
    assert.ok(done?.ok === false);
    assert.match(done.output, /locked, not by a runner: created by ann@elsewhere/);
    const locked = await job("release/release", dispatch, { inputs: { version: "v0.2.0" } });
    assert.match(locked?.summary ?? "", /### `test` is locked[^]*created by ann@elsewhere/);
    await project.stack.cancel();
  });

  /** What a killed `pulumi up` leaves in a backend of files. */
  async function plantLock(user?: string): Promise<void> {
    const state = (project.environment["PULUMI_BACKEND_URL"] ?? "").replace("file://", "");
    const folder = join(state, ".pulumi/locks/organization/bot-core/test");
    await mkdir(folder, { recursive: true });
    const { stdout } = await execute("id", ["-un"]);
    const lock = { pid: 1, username: user ?? stdout.trim(), hostname: "elsewhere" };
    const timestamp = new Date().toISOString();
    const name = "00000000-0000-0000-0000-000000000000.json";
    await writeFile(join(folder, name), JSON.stringify({ ...lock, timestamp }));
  }

  it("rollback: lists what there is, refuses what there is not, and goes back without a build", async () => {
    const shown = await passes("rollback/versions", dispatch, { inputs: { version: "" } });
    assert.match(
      shown.summary,
      /\| `v0\.1\.0` \|[^]*\| `v0\.2\.0` \||\| `v0\.2\.0` \|[^]*\| `v0\.1\.0` \|/,
    );
    assert.equal(await job("rollback/rollback", dispatch, { inputs: { version: "" } }), undefined);
    const refused = await job("rollback/versions", dispatch, { inputs: { version: "v9.9.9" } });
    assert.ok(refused?.ok === false);
    assert.match(refused.output, /version v9\.9\.9 is not published; there are: .*v0\.1\.0/);
    const inputs = { version: "v0.1.0", recover: true };
    await passes("rollback/versions", dispatch, { inputs });
    const back = await passes("rollback/rollback", dispatch, { inputs });
    assert.match(back.summary, /v0\.1\.0/);
    assert.equal(await project.answering(SERVICE), "v0.1.0");
  });

  it("drift: opens one issue for a container that was stopped by hand", async () => {
    const schedule = { name: "schedule", ref: "refs/heads/main" };
    await passes("drift/drift", schedule);
    assert.deepEqual(
      github.issues.map(({ body }) => body),
      [],
    );
    await execute("docker", ["stop", "--time", "1", await container()]);
    await passes("drift/drift", schedule);
    assert.equal(github.issues.length, 1);
    assert.match(github.issues[0]?.body ?? "", /\| `engine` \| v0\.1\.0 \|/);
  });

  it("release: signs with a key that the job has for as long as it lasts", async function () {
    const folders = (machine.environment["PATH"] ?? "").split(delimiter);
    if (!folders.some((folder) => existsSync(join(folder, "cosign")))) {
      skip(this, "no cosign on PATH");
    }
    const keys = { ...process.env, ...machine.environment, COSIGN_PASSWORD: "e2e-key" };
    const pair = ["generate-key-pair", "--output-key-prefix", join(home, "signing")];
    await execute("cosign", pair, { env: keys });
    await freshCheckout();
    await project.edit(SERVICE, "v0.3.0");
    await project.write("cosign.pub", await readFile(join(home, "signing.pub"), "utf8"));
    await project.commit("v0.3.0");
    await project.configure({ sign: { key: "cosign.key" }, verify: { key: "cosign.pub" } });
    config = await readFile(join(project.directory, "Pulumi.test.yaml"), "utf8");
    const inputs = { version: "v0.3.0" };
    await passes("release/build", dispatch, { ...amd64, inputs });
    const refused = await job("release/release", dispatch, { inputs });
    assert.match(refused?.output ?? "", /COSIGN_KEY is empty/);
    const key = await readFile(join(home, "signing.key"), "utf8");
    const secrets = { ...SECRETS, COSIGN_KEY: key, COSIGN_PASSWORD: "e2e-key" };
    const done = await passes("release/release", dispatch, { inputs, secrets });
    assert.match(done.output, /signed engine v0\.3\.0/);
    assert.equal(await project.answering(SERVICE), "v0.3.0");
    assert.ok(!existsSync(join(project.directory, "cosign.key")));
    assert.ok(!existsSync(join(home, "signing-key")));
  });

  it("preview: checks a fork without a secret, and comments on a branch of this repository", async () => {
    const pull = (from: string): Parameters<typeof job>[1] => ({
      name: "pull_request",
      ref: "refs/pull/17/merge",
      more: {
        pull_request: { number: 17, base: { sha: "HEAD" }, head: { repo: { full_name: from } } },
      },
    });
    const fork = await passes("preview/check", pull("somebody/shop"), { secrets: {}, vars: {} });
    assert.match(fork.summary, /### No preview of the stack/);
    assert.equal(await job("preview/preview", pull("somebody/shop")), undefined);
    await passes("preview/check", pull(REPOSITORY));
    await passes("preview/preview", pull(REPOSITORY));
    const [comment = ""] = github.comments.get(17) ?? [];
    assert.match(comment, /<!-- bot-core preview: test -->/);
    assert.match(comment, /<summary>Diff<\/summary>[^]*pulumi:pulumi:Stack/);
  });

  it("rebuild: opens one pull request with the newer bases", async () => {
    const weekly = { name: "schedule", ref: "refs/heads/main" };
    const bare = join(home, `${REPOSITORY}.git`);
    await mkdir(join(home, "octo"));
    await execute("git", ["init", "--quiet", "--bare", bare]);
    const server = `file://${home}`;
    // What was published serves as a base: its tag moves from one image to the next.
    const repository = `${project.namespace}/${SERVICE}`;
    const [first = "", ...next] = new Set(Object.values(await tagsOf(repository)));
    assert.ok(next.length >= 2);
    const move = async (digest: string): Promise<void> => {
      const manifest = await registry().getManifest(repository, digest);
      assert.ok(manifest);
      await registry().putManifest(repository, "base", manifest.bytes, manifest.mediaType);
    };
    await move(first);
    await freshCheckout();
    const base = `FROM ${registry().server}/${repository}:base`;
    await project.write(`services/${SERVICE}/Dockerfile`, `${base}@${first}\n`);
    await project.commit("a pinned base");
    await passes("rebuild/rebuild", weekly, {}, server);
    assert.ok(!shims.calls().some((call) => call.startsWith("gh ")));
    for (const digest of next.slice(0, 2)) {
      await execute("git", ["-C", project.directory, "switch", "--quiet", "main"]);
      await move(digest);
      await passes("rebuild/rebuild", weekly, {}, server);
      const { stdout } = await execute("git", ["-C", bare, "show", "rebuild/bases"]);
      assert.match(stdout, /Build on newer base images/);
      assert.ok(stdout.includes(`-${base}@${first}\n+${base}@${digest}\n`), stdout);
    }
    const calls = shims.calls().filter((call) => call.startsWith("gh pr "));
    assert.deepEqual(
      calls.map((call) => call.split(" ").slice(0, 3).join(" ")),
      ["gh pr list", "gh pr create", "gh pr list", "gh pr edit"],
    );
  });

  it("refuses a tool whose checksum is another one, and runs nothing of it", async () => {
    const list = join(home, "wrong.txt");
    await writeFile(list, shims.tools.replace(/[0-9a-f]{64}/, "0".repeat(64)));
    const script = join(project.directory, ".github/scripts/install-tools.sh");
    const env = { ...machine.environment, RUNNER_TEMP: home, GITHUB_PATH: join(home, "path") };
    await assert.rejects(execute("bash", [script, list], { env }), (error: { stdout?: string }) =>
      /checksum stands in/.test(error.stdout ?? ""),
    );
  });

  it("every command of every workflow has run, and actions of others are the known ones", () => {
    const run = new Set(ran.flatMap((one) => one.ran));
    const missing = allSteps().filter(
      ({ place, step }) => step.run !== undefined && !run.has(place),
    );
    assert.deepEqual(
      missing.map(({ place }) => place),
      [],
    );
    const used = new Set(ran.flatMap((one) => one.used));
    for (const action of used) assert.ok(ACTIONS_OF_OTHERS.includes(action), action);
  });
});
