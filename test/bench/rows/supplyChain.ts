import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PUSH_USER, pushPassword, REGISTRY_SERVER } from "../../../dev/localRegistry";
import { NODE, PYTHON, BUSYBOX } from "../../../dev/images/recipes";
import { copyImage } from "../../../lib/images/copy";
import { lookUpVersion } from "../../../lib/images";
import { type Credentials, RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import type { PlatformImage } from "../../../lib/resources/imageIndex";
import { makeSbom, scanImage, signImage, verifyImage } from "../../../lib/supplyChain";
import { makeVulnerabilityDb, missingMaker } from "../../provider/supplyChain/vulnerabilityDb";
import type { Bench } from "../harness/bench";
import { byTurns, seconds, timed } from "../harness/measure";
import type { Line, Row } from "../harness/row";

const TARGET = 0.7;
const ENDPOINT = { server: REGISTRY_SERVER, insecure: true };
const LOGIN: Credentials = { username: PUSH_USER, password: pushPassword() };
const POLICY = {
  scanner: "grype",
  severities: ["CRITICAL"],
  ignoreUnfixed: true,
  ignores: [],
} as const;
const WITHOUT_LOG = { kind: "key", transparencyLog: false } as const;

/** Scan, bill of materials, signature and verification of three services for two platforms. */
export const supplyChainRow: Row = { name: "supplyChain", stage: "supplyChain", measure };

interface Service {
  readonly repository: string;
  readonly digest: string;
  readonly platforms: readonly PlatformImage[];
}

async function measure(bench: Bench): Promise<readonly Line[]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-supply-chain-"));
  bench.defer(() => rm(folder, { recursive: true, force: true }));
  const services = await pushServices(bench);
  await prepareTools(bench, folder);
  const script = join(folder, "gates.sh");
  await writeFile(script, scriptOf(services, folder));
  const runs = bench.quick ? 1 : 3;
  const pair = await byTurns(
    runs,
    (count) => {
      bench.say(`the gates in parallel, ${count + 1} of ${runs}`);
      return timed(() => Promise.all(services.map((service) => gates(service, folder))));
    },
    (count) => {
      bench.say(`the same tools by a script, ${count + 1} of ${runs}`);
      return timed(() => byScript(bench, script, folder));
    },
  );
  return [
    {
      what: "scan, SBOM, signature, verification of 3 services x 2 platforms / a shell script",
      ours: seconds(pair.ours),
      theirs: seconds(pair.theirs),
      ratio: pair.ratio,
      target: `<= ${TARGET}`,
      ok: pair.ratio <= TARGET,
      note: `the script calls the same grype, syft and cosign one after another; the engine left out; medians of ${runs}`,
    },
  ];
}

/** Base images as services: real file systems of both platforms. */
async function pushServices(bench: Bench): Promise<readonly Service[]> {
  const client = new RegistryClient(ENDPOINT, LOGIN);
  return Promise.all(
    [NODE, PYTHON, BUSYBOX].map(async ({ name, tag }) => {
      const repository = `bench/supply-chain/${name}`;
      await copyImage({ client, repository: `mirror/${name}` }, { client, repository }, tag, {
        referrers: false,
      });
      const published = await lookUpVersion(client, repository, tag);
      if (published === undefined) throw new Error(`${repository} was not copied`);
      const { digest, platforms } = published;
      bench.defer(() => client.deleteManifest(repository, digest));
      return { repository, digest, platforms };
    }),
  );
}

/** A key pair, a login for the script, and a small database, for both sides alike. */
async function prepareTools(bench: Bench, folder: string): Promise<void> {
  const missing = missingMaker("grype");
  if (missing !== undefined) throw new Error(missing);
  const database = await makeVulnerabilityDb("grype");
  bench.defer(() => {
    database.remove();
    return Promise.resolve();
  });
  Object.assign(process.env, database.env, { COSIGN_PASSWORD: "bench" });
  const made = await run("cosign", ["generate-key-pair"], { cwd: folder });
  if (made.code !== 0) throw new Error(made.stderr);
  const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64");
  const config = { auths: { [REGISTRY_SERVER]: { auth } } };
  await writeFile(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
}

/** As the resources do it: every platform at once, then the index. */
async function gates(service: Service, folder: string): Promise<void> {
  const access = { endpoint: ENDPOINT, credentials: LOGIN, repository: service.repository };
  const image = { ...access, digest: service.digest };
  const platforms = await Promise.all(
    service.platforms.map(async ({ platform, digest }) => {
      const one = { ...access, digest };
      const [sbom] = await Promise.all([
        makeSbom(one, platform),
        scanImage(one, platform, { ...POLICY }),
      ]);
      return { platform, digest, sbom: sbom.document };
    }),
  );
  const key = join(folder, "cosign.key");
  await signImage({ image, platforms, policy: { ...WITHOUT_LOG, key } });
  const attested = platforms.map(({ platform, digest }) => ({ platform, digest, sbom: true }));
  const policy = { ...WITHOUT_LOG, key: join(folder, "cosign.pub") };
  await verifyImage({ image, platforms: attested, policy });
}

const COSIGN = "--allow-http-registry";
const UNLOGGED = "--tlog-upload=false --use-signing-config=false";

/** What a pipeline's script would do: one command after another. */
function scriptOf(services: readonly Service[], folder: string): string {
  const nameOf = (service: Service, digest: string): string =>
    `${REGISTRY_SERVER}/${service.repository}@${digest}`;
  const lines = services.flatMap((service) => {
    const index = nameOf(service, service.digest);
    const each = service.platforms.flatMap(({ platform, digest }, at) => {
      const [image, sbom] = [nameOf(service, digest), join(folder, `${at}.spdx.json`)];
      return [
        `grype registry:${image} --platform ${platform} -o json=${folder}/report.json -o sarif=${folder}/report.sarif`,
        `syft scan registry:${image} --platform ${platform} -o spdx-json=${sbom}`,
        `cosign attest --yes --key cosign.key --type spdxjson --predicate ${sbom} ${COSIGN} ${UNLOGGED} ${image}`,
        `cosign verify-attestation --key cosign.pub --type spdxjson --insecure-ignore-tlog ${COSIGN} ${image}`,
      ];
    });
    return [
      ...each,
      `cosign sign --yes --recursive --key cosign.key ${COSIGN} ${UNLOGGED} ${index}`,
      `cosign verify --key cosign.pub --insecure-ignore-tlog ${COSIGN} ${index}`,
    ];
  });
  return ["set -e", `cd ${folder}`, ...lines, ""].join("\n");
}

async function byScript({ signal }: Bench, script: string, folder: string): Promise<void> {
  const result = await run("sh", [script], {
    signal,
    // Neither side asks for a newer version of the tools.
    env: {
      DOCKER_CONFIG: folder,
      GRYPE_CHECK_FOR_APP_UPDATE: "false",
      SYFT_CHECK_FOR_APP_UPDATE: "false",
    },
  });
  if (result.code !== 0) throw new Error(result.stderr.trim().split("\n").slice(-5).join("\n"));
  await readFile(join(folder, "report.sarif"));
}
