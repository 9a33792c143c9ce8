import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { mirrorName } from "../../../dev/images/mirror";
import { NODE, PYTHON, type ImageRecipe } from "../../../dev/images/recipes";
import { PULL_USER, pullPassword, REGISTRY_SERVER } from "../../../dev/localRegistry";
import { DEV_LABEL } from "../../../dev/paths";
import { RegistryClient } from "../../../lib/oci";
import type { Bench } from "../harness/bench";
import { builtServices } from "../harness/botCore";
import { baseImage, docker } from "../harness/docker";
import type { Line, Row } from "../harness/row";

const STACK = resolve(__dirname, "../../../Pulumi.dev.yaml");
const MEGABYTE = 1e6;

interface Service {
  readonly name: string;
  readonly targetMegabytes: number;
  /** Absent: from nothing. */
  readonly base?: ImageRecipe;
}

const SERVICES: readonly Service[] = [
  { name: "rust-core-engine", targetMegabytes: 15 },
  { name: "python-ai-service", targetMegabytes: 80, base: PYTHON },
  { name: "nextjs-ui-dashboard", targetMegabytes: 110, base: NODE },
];

/** Compressed size of the services' images, as a host pulls them. */
export const sizeRow: Row = { name: "size", stage: "builds", measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const service of SERVICES) lines.push(await lineOf(bench, service));
  return lines;
}

async function lineOf(bench: Bench, service: Service): Promise<Line> {
  const { name, targetMegabytes, base } = service;
  const platform = await docker(["version", "-f", "{{.Server.Os}}/{{.Server.Arch}}"]);
  const { bytes, where } = await imageSize(bench, name, platform);
  const [, repository = "", tag = ""] =
    /^[^/]+\/(.+):(.+)$/.exec(base === undefined ? "" : mirrorName(base)) ?? [];
  const below = base === undefined ? undefined : await layersOf(repository, tag, platform);
  return {
    what: `image of ${name}, compressed / its base alone`,
    ours: megabytes(bytes),
    theirs: below === undefined ? "-" : megabytes(below),
    target: `<= ${targetMegabytes} MB`,
    ok: bytes <= targetMegabytes * MEGABYTE,
    note: `${where}, ${platform}, ${base === undefined ? "from scratch" : await originOf(base)}`,
  };
}

/** The dev stack's image where it is published, else one that is built now. */
async function imageSize(
  bench: Bench,
  name: string,
  platform: string,
): Promise<{ readonly bytes: number; readonly where: string }> {
  // Our own file.
  const { config } = parse(readFileSync(STACK, "utf8")) as { config: Record<string, string> };
  const version = config["bot-core:version"] ?? "";
  const bytes = await layersOf(`bot-core/${name}`, version, platform);
  if (bytes !== undefined) return { bytes, where: `${version} of the dev stack` };
  const project = await builtServices(bench);
  const built = await layersOf(`${project.namespace}/${name}`, "v0.1.0", platform);
  if (built === undefined) throw new Error(`${name} is not in the registry after its build`);
  return { bytes: built, where: "built now" };
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** The sum of the layers; undefined where there is no such image. */
async function layersOf(
  repository: string,
  reference: string,
  platform: string,
): Promise<number | undefined> {
  const client = new RegistryClient(
    { server: REGISTRY_SERVER, insecure: true },
    { username: PULL_USER, password: pullPassword() },
  );
  const found = await client.getManifest(repository, reference);
  if (found === undefined) return undefined;
  const { manifests, layers } = JSON.parse(found.bytes.toString("utf8")) as {
    manifests?: readonly Descriptor[];
    layers?: readonly Descriptor[];
  };
  if (layers !== undefined) return layers.reduce((sum, { size }) => sum + size, 0);
  const child = manifests?.find(
    (entry) => `${entry.platform?.os}/${entry.platform?.architecture}` === platform,
  );
  return child === undefined ? undefined : layersOf(repository, child.digest, platform);
}

/** Whether a base is the public image or was made from Debian's packages, which carries our label. */
async function originOf({ name, publicImage }: ImageRecipe): Promise<string> {
  const format = `{{index .Config.Labels "${DEV_LABEL}"}}`;
  const label = await docker(["inspect", "-f", format, await baseImage(name)]);
  return label === "" || label === "<no value>"
    ? `public base ${publicImage}`
    : `base made from Debian's packages, not the public ${publicImage}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
