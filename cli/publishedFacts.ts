import { resolveCredentials } from "../lib/credentials";
import { UserError } from "../lib/errors";
import { lookUpVersion, type PublishedVersion } from "../lib/images";
import type { RegistryClient } from "../lib/oci";
import type { PreviewReport } from "../lib/preview/changes";
import { registryClient } from "../lib/registries/refusals";
import { SEVERITIES, type SeverityCounts } from "../lib/resources/supplyChain";
import { repositoryPath } from "../lib/settings/registry";
import {
  countSarif,
  countsText,
  findReports,
  newestScan,
  readReport,
  SARIF_TYPE,
} from "../lib/supplyChain";
import type { Invocation } from "./command";
import { readSettings } from "./stack";

/** What the registry knows of the version that a preview is about, by service. */
export interface PublishedFacts {
  /** Compressed bytes of all platforms. */
  readonly sizesAfter: Readonly<Record<string, number>>;
  /** What the last scan found, e.g. `1 high`. */
  readonly findings: Readonly<Record<string, string>>;
}

const NOTHING: PublishedFacts = { sizesAfter: {}, findings: {} };

/**
 * Sizes and findings of what is published already. They are a help to the reader and nothing more: a
 * run without login, as for a fork, leaves them out.
 */
export async function publishedFacts(
  { target, services }: PreviewReport,
  invocation: Invocation,
): Promise<PublishedFacts> {
  const changing = services.filter(({ action, next }) => action !== "keep" && next === target);
  if (target === undefined || changing.length === 0) return NOTHING;
  try {
    const { registry } = await readSettings(invocation);
    const login = await resolveCredentials(registry.lookUp, registry.endpoint.server);
    const client = registryClient(registry.endpoint, login, { signal: invocation.signal });
    const facts = await Promise.all(
      changing.map(({ name }) => factsOf(client, name, repositoryPath(registry, name), target)),
    );
    return {
      sizesAfter: Object.fromEntries(facts.flatMap(({ size }) => size)),
      findings: Object.fromEntries(facts.flatMap(({ found }) => found)),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return NOTHING;
  }
}

interface ServiceFacts {
  readonly size: readonly (readonly [string, number])[];
  readonly found: readonly (readonly [string, string])[];
}

async function factsOf(
  client: RegistryClient,
  name: string,
  repository: string,
  version: string,
): Promise<ServiceFacts> {
  const published = await lookUpVersion(client, repository, version);
  if (published === undefined) return { size: [], found: [] };
  const counts = await scansOf(client, repository, published);
  return {
    size: [[name, published.sizeBytes]],
    found: counts.length === 0 ? [] : [[name, countsText(worst(counts))]],
  };
}

/** The newest scan of each platform's image; images that were not scanned have none. */
async function scansOf(
  client: RegistryClient,
  repository: string,
  { platforms }: PublishedVersion,
): Promise<SeverityCounts[]> {
  const scans = platforms.map(async ({ digest }) => {
    const newest = newestScan(await findReports(client, repository, digest, SARIF_TYPE));
    if (newest === undefined) return [];
    return [countSarif(await readReport(client, repository, newest.digest))];
  });
  return (await Promise.all(scans)).flat();
}

/** Platforms mostly share their findings: the sum would count each of them again. */
function worst(counts: readonly SeverityCounts[]): SeverityCounts {
  const most: Record<string, number> = {};
  for (const severity of SEVERITIES) {
    most[severity] = Math.max(...counts.map((one) => one[severity]));
  }
  // Every severity has been set.
  return most as SeverityCounts;
}
