import { digitsToo, text, type Rule } from "../rules";

const GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
const GROUP = "[\\p{L}\\p{N}_().-]{0,89}[\\p{L}\\p{N}_()-]";

/** A resource group's name, by Azure's naming rules. */
export const resourceGroup: Rule<string> = digitsToo(
  text(
    new RegExp(`^${GROUP}$`, "u"),
    "1 to 90 letters, digits, `_`, `-`, `.`, `(` and `)`, not ending with `.`",
    "RESOURCE_GROUP",
  ),
);

/** A registry's name, which is one in all of Azure. */
export const acrName: Rule<string> = digitsToo(
  text(/^[A-Za-z0-9]{5,50}$/, "5 to 50 letters and digits, without the domain", "myregistry"),
);

/** A region's name as Azure's interfaces spell it, not as the portal shows it. */
export const azureLocation: Rule<string> = text(
  /^[a-z]{3,}[1-9]?$/,
  "the name of an Azure region in lower case without spaces, like westeurope",
  "westeurope",
);

/** An Entra tenant. */
export const tenant: Rule<string> = text(
  new RegExp(`^(${GUID}|(?=.{4,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9-]+)+)$`),
  "the id (a GUID) or a domain of an Entra tenant",
  "contoso.onmicrosoft.com",
);

/** A credential set of the registry's artifact cache. */
export const credentialSet: Rule<string> = {
  ...text(
    new RegExp(
      `^/subscriptions/${GUID}/resourceGroups/${GROUP}/providers/Microsoft\\.ContainerRegistry` +
        "/registries/[A-Za-z0-9]{5,50}/credentialSets/[A-Za-z0-9-]{5,50}$",
      "u",
    ),
    "the resource id of a credential set: /subscriptions/…/registries/NAME/credentialSets/SET",
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RESOURCE_GROUP/providers" +
      "/Microsoft.ContainerRegistry/registries/myregistry/credentialSets/docker-hub",
  ),
  // Somebody may have put the secret itself there.
  hidden: (value) => typeof value !== "string" || !value.startsWith("/subscriptions/"),
};
