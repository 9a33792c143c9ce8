import type * as pulumi from "@pulumi/pulumi";
import type { RegistrySettings } from "../../lib/settings/settings";
import type { DeclareRegistry, Registry, RegistryArgs } from "./contract";

type Kind = RegistrySettings["kind"];

/**
 * Every kind's component; the only place that knows them all. A kind is loaded when it is used: the
 * SDK of a cloud costs every start of the program otherwise.
 */
const kinds: { readonly [K in Kind]?: () => Promise<{ declare: DeclareRegistry<K> }> } = {
  private: () => import("./privateRegistry.js"),
};

/** Declares the registry that the settings name. */
export async function declareRegistry<K extends Kind>(
  name: string,
  settings: Extract<RegistrySettings, { kind: K }>,
  args: RegistryArgs,
  opts?: pulumi.ComponentResourceOptions,
): Promise<Registry> {
  const load = kinds[settings.kind as K];
  if (load === undefined) throw new Error(`no component for ${settings.kind}`);
  const { declare } = await load();
  return declare(name, settings, args, opts);
}
