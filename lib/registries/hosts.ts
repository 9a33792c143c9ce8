/** What the host name of an ECR registry says. */
export interface EcrHost {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}

/**
 * Every form that AWS gives its private registries: IPv4 and dual-stack names, FIPS endpoints, and
 * the partitions' own domains (source: amazon-ecr-credential-helper). `public.ecr.aws` is another
 * service.
 */
const ECR_HOST =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.(?:com|com\.cn|eu)|on\.(?:aws|amazonwebservices\.(?:com\.cn|eu))|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;

/** Domains of AWS's partitions by their regions' names; every other region is in `amazonaws.com`. */
const PARTITION_DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, "amazonaws.com.cn"],
  [/^eusc-/, "amazonaws.eu"],
  [/^us-iso-/, "c2s.ic.gov"],
  [/^us-isob-/, "sc2s.sgov.gov"],
  [/^us-isof-/, "csp.hci.ic.gov"],
  [/^eu-isoe-/, "cloud.adc-e.uk"],
];

/** The account and region of a private ECR registry's host; undefined for any other host. */
export function parseEcrHost(host: string): EcrHost | undefined {
  const [, accountId, region] = ECR_HOST.exec(host) ?? [];
  return accountId === undefined || region === undefined ? undefined : { accountId, region };
}

/** The host of an account's private registry in a region, in that region's partition. */
export function ecrServer({ accountId, region }: EcrHost): string {
  const domain = PARTITION_DOMAINS.find(([regions]) => regions.test(region))?.[1];
  return `${accountId}.dkr.ecr.${region}.${domain ?? "amazonaws.com"}`;
}

const GAR_HOST = /^([a-z0-9-]+)-docker\.pkg\.dev$/;

/** The location of an Artifact Registry host, e.g. `europe-west3`; undefined for any other host. */
export function parseGarHost(host: string): string | undefined {
  return GAR_HOST.exec(host)?.[1];
}

/** The host of Artifact Registry's Docker repositories in a location. */
export function garServer(location: string): string {
  return `${location}-docker.pkg.dev`;
}

/**
 * Hosts of the former Container Registry, and the location of the Artifact Registry repository of
 * the same name that serves each since 2025.
 */
export const GCR_LOCATIONS = {
  "gcr.io": "us",
  "us.gcr.io": "us",
  "eu.gcr.io": "europe",
  "asia.gcr.io": "asia",
} as const;

export type GcrHost = keyof typeof GCR_LOCATIONS;

export function isGcrHost(host: string): host is GcrHost {
  return Object.hasOwn(GCR_LOCATIONS, host);
}

/** A registry's name, and behind a `-` the hash that Azure adds where that was asked for. */
const ACR_HOST = /^([a-z0-9]{5,50})(?:-[a-z0-9]+)?\.azurecr\.(?:io|cn|us)$/;

/** The registry's name in an Azure login server of any cloud; undefined for any other host. */
export function parseAcrHost(host: string): string | undefined {
  return ACR_HOST.exec(host)?.[1];
}

/** The login server of a registry in Azure's public cloud. */
export function acrServer(name: string): string {
  return `${name.toLowerCase()}.azurecr.io`;
}

const HUB_HOSTS = [
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
];

/** Whether a host is one of Docker Hub's. */
export function isHubHost(host: string): boolean {
  return HUB_HOSTS.includes(host);
}
