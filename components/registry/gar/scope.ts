import type * as pulumi from "@pulumi/pulumi";
import type { GarSettings } from "../../../lib/settings/registrySettings";
import type { RegistryArgs } from "../contract";
import type { Found } from "./found";

/** What every part of the registry is declared from. */
export interface GarScope {
  /** The component, which is every resource's parent. */
  readonly parent: pulumi.ComponentResource;
  /** The component's name, which every resource's name begins with. */
  readonly name: string;
  readonly settings: GarSettings;
  readonly args: RegistryArgs;
  readonly found: Found;
}
