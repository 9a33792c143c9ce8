import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startTestRegistry } from "../../../dev/localRegistry";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { without } from "../../../lib/compose/json";
import type { ReleaseImage } from "../../../lib/resources/composeHost";
import type { Bench } from "../harness/bench";
import { baseImage, docker, PREFIX } from "../harness/docker";
import { pullsDuring } from "../harness/events";
import { median, seconds, timed } from "../harness/measure";
import { release } from "../harness/ours";
import type { Line, Row } from "../harness/row";
import { application, loopbackPort, type Services } from "../harness/services";

const PROJECT = `${PREFIX}-rollback`;
const [REGISTRY_PORT, PORT] = [15_930, 15_990];
const PUSH = { username: "push", password: "bench-push-51c7" };
const PULL = { username: "pull", password: "bench-pull-80ae" };
const SOURCE = resolve(__dirname, "../../fixtures/app");
/** What a release of a small service brings anew. */
const LAYER_BYTES = 8 * 2 ** 20;
const TARGET = 1;

/** Going back to a version whose images are still on the host. */
export const rollbackRow: Row = { name: "rollback", stage: "rollback", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const runs = bench.quick ? 1 : 5;
  const server = await openRegistry(bench);
  const deploy = async (version: string, image: ReleaseImage): Promise<number> => {
    const images = { web: image, api: image, feed: image };
    return timed(() =>
      release(bench, PROJECT, version, SERVICES, {
        images,
        registry: server,
        credentials: () => Promise.resolve(PULL),
      }),
    );
  };
  let before = await publish(server, "v0");
  await deploy("v0", before);
  const [forward, back]: [number[], number[]] = [[], []];
  let [pulls, pullsBack] = [0, 0];
  for (let run = 1; run <= runs; run += 1) {
    bench.say(`release and rollback, ${run} of ${runs}`);
    const [current, next] = [before, await publish(server, `v${run}`)];
    const first = await pullsDuring(bench, async () => forward.push(await deploy(`v${run}`, next)));
    const way = await pullsDuring(bench, async () =>
      back.push(await deploy(`v${run - 1}`, current)),
    );
    pulls += first.filter((name) => name.startsWith(server)).length;
    pullsBack += way.filter((name) => name.startsWith(server)).length;
    await deploy(`v${run}`, next);
    before = next;
  }
  const [ours, theirs] = [median(back), median(forward)];
  return [
    {
      what: "rollback to a version on the host / an ordinary release of ours",
      ours: seconds(ours),
      theirs: seconds(theirs),
      ratio: ours / theirs,
      target: `<= ${TARGET.toFixed(1)}`,
      ok: ours / theirs <= TARGET && pullsBack === 0,
      note:
        `three services, medians of ${runs} by turns; pulls: ${pullsBack} in the rollbacks, ` +
        `${pulls} in the releases, each with one new layer of ${LAYER_BYTES / 2 ** 20} MiB`,
    },
  ];
}

/** Their images are our own, so no definition names one. */
const SERVICES: Services = Object.fromEntries(
  ["web", "api", "feed"].map((name, at) => [
    name,
    without(application("", { ports: [loopbackPort(8080, PORT + at)] }), ["image"]),
  ]),
);

async function openRegistry(bench: Bench): Promise<string> {
  const registry = await startTestRegistry({
    name: `${PREFIX}-registry`,
    port: REGISTRY_PORT,
    users: [
      tokenUser(PUSH.username, PUSH.password, EVERYTHING),
      tokenUser(PULL.username, PULL.password, PULL_ONLY),
    ],
  });
  bench.defer(() => registry.close());
  return registry.server;
}

/** Builds and pushes a version with a layer of its own, and takes it off the host again. */
async function publish(server: string, version: string): Promise<ReleaseImage> {
  const folder = mkdtempSync(join(tmpdir(), "bench-image-"));
  try {
    for (const file of ["Dockerfile", "server.cjs"]) {
      copyFileSync(join(SOURCE, file), join(folder, file));
    }
    const source = join(folder, "server.cjs");
    const payload = randomBytes(LAYER_BYTES / 2).toString("hex");
    writeFileSync(source, `\n// ${payload}\n`, { flag: "a" });
    const repository = `${server}/${PREFIX}/app`;
    const tag = `${repository}:${version}`;
    const args = [`BASE=${await baseImage("node")}`, `APP_VERSION=${version}`];
    await docker([
      ...["build", "-q", "--provenance=false", "-t", tag],
      ...args.flatMap((arg) => ["--build-arg", arg]),
      folder,
    ]);
    const config = join(folder, "docker");
    const login = ["--config", config, "login", "-u", PUSH.username, "--password-stdin", server];
    await docker(login, { input: PUSH.password });
    await docker(["--config", config, "push", "-q", tag]);
    const digests = JSON.parse(
      await docker(["inspect", "-f", "{{json .RepoDigests}}", tag]),
    ) as string[];
    const digest = digests.find((name) => name.startsWith(`${repository}@`))?.split("@")[1] ?? "";
    await docker(["image", "rm", tag]);
    const platform = await docker(["version", "-f", "{{.Server.Os}}/{{.Server.Arch}}"]);
    return { repository, digest, platforms: [{ platform, digest }] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
