import * as pulumi from "@pulumi/pulumi";
import type { VerifyPolicy } from "../lib/resources/supplyChain";
import { verifyCommand } from "../lib/supplyChain";
import type { ComposeHost } from "./botcore/composeHost";
import type { Registry } from "./registry/contract";
import type { ReleasedImages } from "./releaseImages";
import type { Policies } from "./supplyChain/policies";
import type { VersionPlan } from "./versionPlan";

/** The stack's outputs; their names and shapes are fixed, and `release` is the record of later runs. */
export interface StackOutputs {
  readonly release: pulumi.Output<unknown>;
  readonly registry: pulumi.Output<unknown>;
  /** Absent where the settings name no host. */
  readonly host?: pulumi.Output<unknown>;
  /** Absent before the second version. */
  readonly previousVersion?: string;
  /** Command lines that check the signatures; none while signing is off. */
  readonly verifyCommands: pulumi.Input<readonly string[]>;
}

export function stackOutputs(
  plan: VersionPlan,
  registry: Registry,
  images: ReleasedImages,
  host: ComposeHost | undefined,
  { verify }: Policies,
): StackOutputs {
  return {
    release: releaseOutput(plan.version, images),
    registry: pulumi.output({
      provider: registry.kind,
      server: registry.endpoint.server,
      repositories: registry.repositories,
      // A later run that manages it has to adopt what this one only used.
      ...(registry.managed ? {} : { managed: false }),
      ...(Object.keys(registry.replicas).length === 0 ? {} : { replicas: registry.replicas }),
    }),
    ...(host === undefined ? {} : { host: hostOutput(host) }),
    ...(plan.previousVersion === undefined ? {} : { previousVersion: plan.previousVersion }),
    verifyCommands: verify === undefined ? [] : verifyCommandsOf(registry, images, verify),
  };
}

/** One line a service, for anybody who wants to check before a pull. */
function verifyCommandsOf(
  { endpoint }: Registry,
  images: ReleasedImages,
  policy: VerifyPolicy,
): pulumi.Output<readonly string[]> {
  const references = Object.values(images).flatMap(({ image }) =>
    image === undefined ? [] : [image.image],
  );
  return pulumi
    .all(references)
    .apply((all) => all.map((reference) => verifyCommand({ reference, endpoint, policy })));
}

function releaseOutput(version: string, images: ReleasedImages): pulumi.Output<unknown> {
  const byName = Object.entries(images).map(
    ([service, { image, built }]) => [service, image ?? built] as const,
  );
  return pulumi.output(Object.fromEntries(byName)).apply((services) => {
    const revision = Object.values(services).find((one) => one.revision !== undefined)?.revision;
    return { version, ...(revision === undefined ? {} : { revision }), services };
  });
}

function hostOutput(host: ComposeHost): pulumi.Output<unknown> {
  return pulumi.all([host.host, host.state]).apply(([{ address, engine }, state]) => ({
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
