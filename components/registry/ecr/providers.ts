import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { EcrSettings } from "../../../lib/settings/registrySettings";
import type { EcrProviders } from "./scope";

/**
 * One provider a region, with region, profile and account from the settings: what a machine's own AWS
 * configuration says is no diff, and another account than the settings' is refused before anything
 * is changed there. No credential is among its inputs: the plugin finds them by AWS's own order.
 */
export function declareProviders(
  name: string,
  { region, replicas, profile, accountId }: EcrSettings,
  opts: pulumi.ComponentResourceOptions = {},
): EcrProviders {
  const parent = opts.parent === undefined ? {} : { parent: opts.parent };
  const named = profile === undefined ? {} : { profile };
  return Object.fromEntries(
    [region, ...replicas].map((one) => [
      one,
      new Provider(
        `${name}-aws-${one}`,
        { region: one, ...named, allowedAccountIds: [accountId] },
        parent,
      ),
    ]),
  );
}
