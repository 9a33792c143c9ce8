import { relative } from "node:path";
import { UserError } from "../../lib/errors";
import { run } from "../../lib/process/run";
import type {
  CheckFailure,
  CheckReply,
  DiffReply,
  Plugin,
  PluginContext,
  ResourceState,
} from "../../provider/plugin";
import { decode, encode, isWrapped, wrap } from "../../provider/secrets";
import { hasUnknown, isRecord, UNKNOWN, UNKNOWN_WIRE } from "../../provider/values";
import type { Properties, Value } from "../../provider/values";
import { buildImage } from "./build";
import { withLogin } from "./clientSession";
import { contextDigest } from "./contextDigest";
import { certificateFaults, daemonOf } from "./daemon";
import type { Daemon } from "./daemon";
import { imageDiff } from "./imageDiff";
import { parseImageName } from "./imageName";
import { filesKnown, imageFaults, imageInputs, recordOf } from "./inputs";
import type { ImageInputs } from "./inputs";
import { pullCaches } from "./pull";
import { localImageId, pushImage } from "./push";
import { registryLogin } from "./registryLogin";

const IMAGE = "docker:index/image:Image";

/**
 * Stands in for the official `docker` plugin where that cannot be had: `docker.Image` alone, with
 * its semantics of v5 (pulumi/pulumi-docker provider/image.go), on the real daemon and registry.
 */
export class ImagePlugin implements Plugin {
  public readonly supportsPreview = true;
  #daemon: Daemon | undefined;

  public constructor(public readonly version: string) {}

  public checkConfig(inputs: Properties): readonly CheckFailure[] {
    const config = recordOf(decode(inputs));
    const faults = [...certificateFaults(config)];
    if (config["sshOpts"] !== undefined) {
      faults.push("`sshOpts` is not offered by this stand-in; put the options into ~/.ssh/config");
    }
    return faults.map((reason) => ({ property: "", reason }));
  }

  public configure(inputs: Properties): void {
    const config = Object.entries(recordOf(decode(inputs))).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
    );
    this.#daemon = daemonOf(Object.fromEntries(config));
  }

  public async check(
    type: string,
    news: Properties,
    { report }: PluginContext,
  ): Promise<CheckReply> {
    requireImage(type);
    const faults = await imageFaults(news);
    if (faults.length > 0) {
      return { inputs: news, failures: faults.map((reason) => ({ property: "", reason })) };
    }
    const { build } = imageInputs(news);
    const platform = build.platform ?? hostPlatform();
    if (filesKnown(news) && build.platform === undefined) {
      report(
        `Building your image for ${platform} architecture.\nTo ensure you are building for the ` +
          "correct platform, consider explicitly setting the `platform` field on ImageBuildOptions.",
        "info",
      );
    }
    const digest = filesKnown(news)
      ? await contextDigest(build.context, build.dockerfile)
      : UNKNOWN_WIRE;
    return { inputs: withBuild(news, { platform, contextDigest: digest }), failures: [] };
  }

  public diff(type: string, old: ResourceState, news: Properties): Promise<DiffReply> {
    requireImage(type);
    const details = imageDiff(old.inputs, news);
    return Promise.resolve({ changes: Object.keys(details).length > 0, details });
  }

  public async create(
    type: string,
    inputs: Properties,
    preview: boolean,
    context: PluginContext,
  ): Promise<{ readonly id: string; readonly state: Properties }> {
    requireImage(type);
    const state = await this.#make(inputs, preview, context);
    return { id: preview ? "" : imageInputs(inputs).imageName, state };
  }

  public update(
    type: string,
    _old: ResourceState,
    news: Properties,
    preview: boolean,
    context: PluginContext,
  ): Promise<Properties> {
    requireImage(type);
    return this.#make(news, preview, context);
  }

  /** Looks at nothing, like the official plugin: a tag that was deleted is not noticed. */
  public read(type: string, old: ResourceState): Promise<Properties> {
    requireImage(type);
    return Promise.resolve(old.state);
  }

  /** Removes nothing, neither here nor in the registry, like the official plugin. */
  public delete(): Promise<void> {
    return Promise.resolve();
  }

  async #make(inputs: Properties, preview: boolean, context: PluginContext): Promise<Properties> {
    const image = imageInputs(inputs);
    if (preview && (!image.buildOnPreview || hasUnknown(decode(inputs)))) {
      return stateOf(image, UNKNOWN, inputs);
    }
    const { imageName, build, skipPush } = image;
    const daemon = this.#daemon ?? daemonOf({});
    const name = parseImageName(imageName);
    const login = name === undefined ? undefined : await registryLogin(image.registry, name.server);
    await pullCaches(build.cacheFrom, build.platform, login, daemon, context);
    context.report("Building the image");
    await withLogin(login, (env) => buildImage(run, imageName, build, daemon, env, context));
    if (skipPush || preview || name === undefined) {
      return stateOf(image, await localImageId(imageName, daemon), inputs);
    }
    context.report("Pushing Image to the registry");
    const digest = await pushImage(name, login, daemon, context);
    return stateOf(image, `${name.repository}@${digest}`, inputs);
  }
}

function requireImage(type: string): void {
  if (type === IMAGE) return;
  throw new UserError(
    `this stand-in for the docker plugin offers ${IMAGE} alone, not \`${type}\`; install the ` +
      "official plugin with `pulumi plugin install resource docker`",
    "resource-unknown",
  );
}

function hostPlatform(): string {
  return `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
}

function withBuild(news: Properties, added: Readonly<Record<string, Value>>): Properties {
  return { ...news, build: withMembers(news["build"] ?? {}, added) };
}

/** An unknown object stays as it is; a secret one stays secret. */
function withMembers(value: Value, added: Readonly<Record<string, Value>>): Value {
  if (isWrapped(value)) return wrap(withMembers(value.value ?? {}, added));
  return isRecord(value) ? { ...value, ...added } : value;
}

/** The official plugin keeps the inputs in state under this name, as a secret. */
const INPUTS_IN_STATE = "__inputs";

function stateOf(
  image: ImageInputs,
  repoDigest: string | typeof UNKNOWN,
  inputs: Properties,
): Properties {
  const { imageName, build, registry } = image;
  return {
    ...encode(
      {
        imageName,
        baseImageName: imageName,
        repoDigest,
        registryServer: registry.server ?? "",
        dockerfile: relative(build.context, build.dockerfile),
        context: build.context,
        platform: build.platform ?? "",
      },
      inputs,
    ),
    [INPUTS_IN_STATE]: wrap(inputs),
  };
}
