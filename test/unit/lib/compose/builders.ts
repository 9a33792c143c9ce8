import type { ComposeModel, JsonObject, ServiceModel } from "../../../../lib/compose/model";

/** A model of some services; whatever else a test needs is given in `rest`. */
export function modelWith(
  definitions: Readonly<Record<string, JsonObject>>,
  rest: Partial<ComposeModel> = {},
): ComposeModel {
  const services = Object.entries(definitions).map(([name, definition]) => [
    name,
    serviceWith(definition),
  ]);
  return {
    services: Object.fromEntries(services) as Record<string, ServiceModel>,
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    ...rest,
  };
}

/** A service of others with a definition. */
export function serviceWith(definition: JsonObject): ServiceModel {
  return { definition, ours: false, contents: {} };
}
