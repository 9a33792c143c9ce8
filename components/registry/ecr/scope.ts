import type { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { EcrSettings } from "../../../lib/settings/registrySettings";
import type { RegistryArgs } from "../contract";
import type { EcrFound } from "./lookUp";

/** What every part of an ECR registry is declared from. */
export interface EcrScope {
  /** Name of the component; children begin with it. */
  readonly name: string;
  readonly parent: pulumi.Resource;
  readonly settings: EcrSettings;
  readonly args: RegistryArgs;
  readonly providers: EcrProviders;
  readonly found: EcrFound;
  /** Repository names by service. */
  readonly paths: Readonly<Record<string, string>>;
}

/** AWS's provider by region: the registry's own, and one for each copy. */
export type EcrProviders = Readonly<Record<string, Provider>>;

/** Options of a child in a region. */
export function childOf(scope: EcrScope, region: string): pulumi.CustomResourceOptions {
  return { parent: scope.parent, provider: providerIn(scope.providers, region) };
}

export function providerIn(providers: EcrProviders, region: string): Provider {
  const provider = providers[region];
  if (provider === undefined) throw new Error(`no provider for ${region}`);
  return provider;
}

/** Whether this stack declared anything in this registry before. */
export function hasRecord({ args }: EcrScope): boolean {
  return (args.recorded ?? []).length > 0;
}

/** What AWS's consoles show beside a resource. */
export const TAGS = { ManagedBy: "bot-core" } as const;
