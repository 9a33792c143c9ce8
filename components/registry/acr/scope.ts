import type * as pulumi from "@pulumi/pulumi";
import type { AcrSettings } from "../../../lib/settings/registrySettings";
import type { RegistryArgs } from "../contract";
import type { Found } from "./found";

/** What every part of the registry is declared from. */
export interface AcrScope {
  /** The component, which is every resource's parent. */
  readonly parent: pulumi.ComponentResource;
  /** The component's name, which every resource's name begins with. */
  readonly name: string;
  readonly settings: AcrSettings;
  readonly args: RegistryArgs;
  readonly found: Found;
}
