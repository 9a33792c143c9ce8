import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { decode } from "../../provider/secrets";
import { isRecord, UNKNOWN } from "../../provider/values";
import { parseCacheName, parseImageName } from "./imageName";

/** The inputs of `docker:index/image:Image` with the official defaults filled in. */
export interface ImageInputs {
  readonly imageName: string;
  readonly build: BuildInputs;
  readonly registry: RegistryInputs;
  readonly skipPush: boolean;
  readonly buildOnPreview: boolean;
}

export interface BuildInputs {
  /** Path of the build context. Default: the program's folder. */
  readonly context: string;
  /** Default: `Dockerfile` in the context. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
  /** `os/arch[/variant]`. */
  readonly platform?: string;
  readonly network?: string;
  /** `NAME:ADDRESS` each. */
  readonly addHosts: readonly string[];
  readonly cacheFrom: readonly string[];
  /** Default: BuilderBuildKit. */
  readonly builderVersion: "BuilderBuildKit" | "BuilderV1";
}

export interface RegistryInputs {
  readonly server?: string;
  readonly username?: string;
  readonly password?: string;
}

/** Fills in the defaults of inputs that are known and have passed `imageFaults`. */
export function imageInputs(properties: unknown): ImageInputs {
  const inputs = recordOf(decode(properties));
  const registry = recordOf(inputs["registry"]);
  return {
    imageName: textOf(inputs["imageName"]) ?? "",
    build: buildInputs(recordOf(inputs["build"])),
    registry: {
      ...optional("server", textOf(registry["server"])),
      ...optional("username", textOf(registry["username"])),
      ...optional("password", textOf(registry["password"])),
    },
    skipPush: inputs["skipPush"] === true,
    buildOnPreview: inputs["buildOnPreview"] === true,
  };
}

function buildInputs(build: Readonly<Record<string, unknown>>): BuildInputs {
  const context = textOf(build["context"]) ?? ".";
  return {
    context,
    dockerfile: textOf(build["dockerfile"]) ?? join(context, "Dockerfile"),
    args: Object.fromEntries(
      Object.entries(recordOf(build["args"])).map(([name, value]) => [name, String(value)]),
    ),
    ...optional("target", textOf(build["target"])),
    ...optional("platform", textOf(build["platform"])),
    ...optional("network", textOf(build["network"])),
    addHosts: textsOf(build["addHosts"]),
    cacheFrom: textsOf(recordOf(build["cacheFrom"])["images"]),
    builderVersion: build["builderVersion"] === "BuilderV1" ? "BuilderV1" : "BuilderBuildKit",
  };
}

/** Are the parts known that say which files are built? */
export function filesKnown(properties: unknown): boolean {
  const inputs = recordOf(decode(properties));
  const build = recordOf(inputs["build"]);
  return ![inputs["build"], build["context"], build["dockerfile"]].includes(UNKNOWN);
}

/** Every fault of the inputs, in the official plugin's words; what is unknown has none. */
export async function imageFaults(properties: unknown): Promise<readonly string[]> {
  const inputs = recordOf(decode(properties));
  const build = recordOf(inputs["build"]);
  const faults: string[] = [];
  const platform = textOf(build["platform"]) ?? "";
  if (platform.includes(",")) {
    faults.push(
      `only one platform per image is supported, got \`${platform}\`; declare one image each`,
    );
  }
  const version = build["builderVersion"];
  if (typeof version === "string" && !["BuilderBuildKit", "BuilderV1"].includes(version)) {
    faults.push(
      `invalid Docker Builder version \`${version}\`; allowed are BuilderBuildKit and BuilderV1`,
    );
  }
  const cacheFrom = build["cacheFrom"];
  if (isRecord(cacheFrom) && cacheFrom["images"] === undefined) {
    faults.push("`cacheFrom` needs `images`");
  }
  return [...faults, ...nameFaults(inputs, build), ...(await fileFaults(properties))];
}

/** Names are qualified where something is pushed or read from a registry as cache. */
function nameFaults(
  inputs: Readonly<Record<string, unknown>>,
  build: Readonly<Record<string, unknown>>,
): readonly string[] {
  const cache = textsOf(recordOf(build["cacheFrom"])["images"]);
  const name = textOf(inputs["imageName"]);
  if (name === undefined) {
    return inputs["imageName"] === UNKNOWN ? [] : ["missing required property `imageName`"];
  }
  const qualified = cache.length > 0 || inputs["skipPush"] !== true;
  return [
    ...cache.filter((each) => parseCacheName(each) === undefined),
    ...(qualified && parseImageName(name) === undefined ? [name] : []),
  ].map(
    (each) =>
      `image name \`${each}\` is not fully qualified: write \`host/path:tag\`, for Docker Hub ` +
      "`docker.io/path:tag`",
  );
}

async function fileFaults(properties: unknown): Promise<readonly string[]> {
  if (!filesKnown(properties)) return [];
  const { context, dockerfile } = imageInputs(properties).build;
  if (!(await exists(context))) return [`build context \`${context}\` does not exist`];
  if (await exists(dockerfile)) return [];
  const inContext = join(context, dockerfile);
  if (isAbsolute(dockerfile)) {
    return [`could not open dockerfile at absolute path \`${dockerfile}\``];
  }
  const hint = (await exists(inContext)) ? `; try setting \`dockerfile\` to \`${inContext}\`` : "";
  return [`could not open dockerfile at relative path \`${dockerfile}\`${hint}`];
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The members of an object; of anything else none. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === "string")
    : [];
}

function optional<K extends string>(
  key: K,
  value: string | undefined,
): { readonly [P in K]?: string } {
  // A computed key widens to an index signature; the one member is this one.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}
