import { resolveCredentials } from "../lib/credentials";
import { UserError } from "../lib/errors";
import { lookUpVersion, type PublishedVersion } from "../lib/images";
import type { RegistryClient } from "../lib/oci";
import type { PreviewReport, ServiceChange } from "../lib/preview/changes";
import type { ImageFacts } from "../lib/preview/serviceTable";
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

const NOTHING: ImageFacts = {};

/**
 * Sizes and findings of the version that a preview is about, where it is published already, else of the
 * one that runs now. They are a help to the reader and nothing more: a run without login, as for a
 * fork, leaves them out.
 */
export async function publishedFacts(
  report: PreviewReport,
  invocation: Invocation,
): Promise<ImageFacts> {
  const { target } = report;
  const changing = report.services.filter(
    ({ action, now, next }) => next === target && (action !== "keep" || next !== now),
  );
  if (target === undefined || changing.length === 0) return NOTHING;
  try {
    const { registry } = await readSettings(invocation);
    const login = await resolveCredentials(registry.lookUp, registry.endpoint.server);
    const client = registryClient(registry.endpoint, login, { signal: invocation.signal });
    return await factsOf(client, changing, target, (name) => repositoryPath(registry, name));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return NOTHING;
  }
}

interface VersionFacts {
  readonly size: number;
  /** Absent: it was not scanned. */
  readonly found?: string;
}

/** @param target version that the services will have */
export async function factsOf(
  client: RegistryClient,
  services: readonly Pick<ServiceChange, "name" | "now">[],
  target: string,
  repositoryOf: (service: string) => string,
): Promise<ImageFacts> {
  const asked = services.map(async ({ name, now }) => {
    const of = (version: string) => versionFacts(client, repositoryOf(name), version);
    const next = await of(target);
    const running = next === undefined && now !== undefined ? await of(now) : undefined;
    return { name, next, running };
  });
  const facts = await Promise.all(asked);
  const pick = <T>(value: (of: (typeof facts)[number]) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      facts.flatMap((one) => {
        const picked = value(one);
        return picked === undefined ? [] : [[one.name, picked] as const];
      }),
    );
  return {
    sizesAfter: pick(({ next }) => next?.size),
    findings: pick(({ next }) => next?.found),
    sizesNow: pick(({ running }) => running?.size),
    findingsNow: pick(({ running }) => running?.found),
  };
}

async function versionFacts(
  client: RegistryClient,
  repository: string,
  version: string,
): Promise<VersionFacts | undefined> {
  const published = await lookUpVersion(client, repository, version);
  if (published === undefined) return undefined;
  const counts = await scansOf(client, repository, published);
  const found = counts.length === 0 ? {} : { found: countsText(worst(counts)) };
  return { size: published.sizeBytes, ...found };
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
