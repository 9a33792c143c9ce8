import type { AcrSettings, RegistrySettings } from "../settings/registrySettings";
import { INCLUDED_GB, PRICES, type Price } from "./prices";

/** What a registry holds, as far as it costs. */
export interface Usage {
  /** Bytes of unique blobs that stay under the retention settings. */
  readonly bytes: number;
  /** Platform images that came within the last 30 days: each is scanned once. */
  readonly newImages: number;
}

/** One line of an estimate. */
export interface CostLine {
  readonly price: Price;
  /** How much of the price's unit; for storage gigabytes. */
  readonly quantity: number;
  /** Regions that it is paid in. */
  readonly regions: number;
  /** US dollars a month. */
  readonly usd: number;
}

export interface Estimate {
  readonly lines: readonly CostLine[];
  /** Sum of the lines, US dollars a month. Absent where nobody has a price list. */
  readonly usd?: number;
  /** What the estimate leaves out, for this kind of registry. */
  readonly notes: readonly string[];
}

/** Bytes of a gigabyte in price lists. */
const GIGABYTE = 1e9;
const TRANSFER = "data transfer to other regions and to the internet is not counted";

/** What the registry costs a month at list prices, if nothing but these images is in it. */
export function estimate(registry: RegistrySettings, usage: Usage): Estimate {
  const gigabytes = usage.bytes / GIGABYTE;
  switch (registry.kind) {
    case "ecr": {
      const regions = 1 + registry.replicas.length;
      const scans = registry.scanning === "enhanced" ? usage.newImages : 0;
      return sum(
        [line(PRICES.ecrStorage, gigabytes, regions), line(PRICES.ecrEnhancedScan, scans, regions)],
        [TRANSFER, "basic scanning is free; later scans by Inspector are $0.01 each, not counted"],
      );
    }
    case "gar": {
      const scans = registry.scanning === "inherited" ? usage.newImages : 0;
      const billed = Math.max(0, gigabytes - INCLUDED_GB.gar);
      return sum(
        [line(PRICES.garStorage, billed), line(PRICES.garScan, scans)],
        [
          TRANSFER,
          "the free 0.5 GB are one a billing account",
          ...(scans > 0 ? ["scans cost only where the project's scanning API is on"] : []),
        ],
      );
    }
    case "acr":
      return acrEstimate(registry, gigabytes);
    case "ghcr":
      return sum(
        [line(PRICES.ghcrStorage, gigabytes)],
        ["GitHub gives a month's notice before it charges"],
      );
    case "dockerhub":
      return sum(
        [line(PRICES.hubStorage, gigabytes)],
        ["a subscription is paid by user: Personal has one private repository, Team is $15 a user"],
      );
    case "private":
      return { lines: [], notes: ["a registry of one's own costs what its disk and machine cost"] };
  }
}

function acrEstimate({ sku, replicas }: AcrSettings, gigabytes: number): Estimate {
  const regions = 1 + replicas.length;
  const fees = {
    Basic: PRICES.acrBasic,
    Standard: PRICES.acrStandard,
    Premium: PRICES.acrPremium,
  } as const;
  const beyond = Math.max(0, gigabytes - INCLUDED_GB[sku]);
  return sum([line(fees[sku], 1, regions), line(PRICES.acrStorage, beyond, regions)], [TRANSFER]);
}

function line(price: Price, quantity: number, regions = 1): CostLine {
  return { price, quantity, regions, usd: price.usd * quantity * regions };
}

function sum(lines: readonly CostLine[], notes: readonly string[]): Estimate {
  const paid = lines.filter(({ quantity }) => quantity > 0);
  return { lines: paid, usd: paid.reduce((total, { usd }) => total + usd, 0), notes };
}
