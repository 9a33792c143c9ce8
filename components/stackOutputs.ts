import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../lib/settings/settings";
import type { ComposeHost } from "./botcore/composeHost";
import type { Registry } from "./registry/contract";
import type { ReleasedImages } from "./releaseImages";
import type { VersionPlan } from "./versionPlan";

/** The stack's outputs; their names and shapes are fixed, and `release` is the record of later runs. */
export interface StackOutputs {
  readonly release: pulumi.Output<unknown>;
  readonly registry: pulumi.Output<unknown>;
  readonly host: pulumi.Output<unknown> | undefined;
  readonly previousVersion: string | undefined;
  /** Command lines that check the signatures; none while signing is off. */
  readonly verifyCommands: readonly string[];
}

export function stackOutputs(
  settings: Settings,
  plan: VersionPlan,
  registry: Registry,
  images: ReleasedImages,
  host: ComposeHost | undefined,
): StackOutputs {
  return {
    release: releaseOutput(plan.version, images),
    registry: pulumi.output({
      provider: registry.kind,
      server: registry.endpoint.server,
      repositories: registry.repositories,
    }),
    host: host === undefined ? undefined : hostOutput(settings, host),
    previousVersion: plan.previousVersion,
    verifyCommands: [],
  };
}

function releaseOutput(version: string, images: ReleasedImages): pulumi.Output<unknown> {
  return pulumi.output(images).apply((services) => {
    const revision = Object.values(services).find((one) => one.revision !== undefined)?.revision;
    return { version, ...(revision === undefined ? {} : { revision }), services };
  });
}

function hostOutput(settings: Settings, host: ComposeHost): pulumi.Output<unknown> | undefined {
  if (settings.host.kind === "off") return undefined;
  const { address, engine } = settings.host.target;
  return host.state.apply((state) => ({
    address,
    engine,
    services: Object.fromEntries(
      Object.entries(state).map(([name, { version, health, urls }]) => [
        name,
        { version, health, urls },
      ]),
    ),
  }));
}
