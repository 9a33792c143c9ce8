import * as pulumi from "@pulumi/pulumi";
import { foreignOwner } from "../../lib/registries/github/packages";
import type { GhcrSettings } from "../../lib/settings/registrySettings";
import { RegistryComponent } from "./component";
import type { DeclareRegistry, RegistryArgs } from "./contract";

/**
 * GitHub Container Registry. Nothing can be declared there: a package is born with its first push,
 * belongs to the owner, and gets its repository from the index's annotation
 * `org.opencontainers.image.source`; visibility is set by hand. So this owns the proof of access
 * alone, and deleting it removes nothing. A workflow logs in by its own GITHUB_TOKEN, for which no
 * variable is needed.
 */
export class GhcrRegistry extends RegistryComponent {
  public constructor(
    name: string,
    settings: GhcrSettings,
    args: RegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const declared = { before: [], outputs: { virtual: true } };
    super("bot-core:index:GhcrRegistry", name, settings, args, () => declared, opts);
    const refused = foreignOwner(settings.owner, args.github);
    if (refused !== undefined) void pulumi.log.warn(refused, this);
  }
}

export const declare: DeclareRegistry<"ghcr"> = (name, settings, args, opts) =>
  Promise.resolve(new GhcrRegistry(name, settings, args, opts));
