import type * as pulumi from "@pulumi/pulumi";
import type { DockerHubSettings } from "../../lib/settings/registrySettings";
import { RegistryComponent } from "./component";
import type { DeclareRegistry, RegistryArgs } from "./contract";

/**
 * Docker Hub. There is no Pulumi provider for it: a repository is born with its first push, private
 * or public as the account's default says; immutable tags are a setting of the repository, made by
 * hand. So this owns the proof of access alone, and deleting it removes nothing.
 */
export class DockerHubRegistry extends RegistryComponent {
  public constructor(
    name: string,
    settings: DockerHubSettings,
    args: RegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const declared = {
      before: [],
      outputs: { virtual: true },
      // With OIDC and with an organisation's token, its name is the user name.
      actionsVariables: { DOCKERHUB_USERNAME: settings.owner },
    };
    super("bot-core:index:DockerHubRegistry", name, settings, args, () => declared, opts);
  }
}

export const declare: DeclareRegistry<"dockerhub"> = (name, settings, args, opts) =>
  Promise.resolve(new DockerHubRegistry(name, settings, args, opts));
