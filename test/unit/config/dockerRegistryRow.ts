import { parseWith } from "./support";

export const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

/** A configuration with DOCKER_REGISTRY beside it. */
export interface Row {
  readonly name: string;
  readonly provider?: string;
  readonly registry?: object;
  readonly reference: string;
}

/** The registry that both name together. */
export function parseRow({ provider, registry, reference }: Row): object {
  const environment = { DOCKER_REGISTRY: reference };
  return parseWith({ provider, registry }, [], environment).registry;
}
