/** One documented price. */
export interface Price {
  /** What it is for, for people. */
  readonly what: string;
  /** US dollars for one `unit`. */
  readonly usd: number;
  readonly unit: "GB-month" | "month" | "image";
  /** Where it is documented. */
  readonly source: string;
  /** When it was read there: a year, or a month as `2026-03`. */
  readonly date: string;
}

const DAYS = 365.25 / 12;

/** Providers state some prices a day. */
function monthly(usdADay: number): number {
  return usdADay * DAYS;
}

const ECR_PAGE = "aws.amazon.com/ecr/pricing";
const INSPECTOR_PAGE = "aws.amazon.com/inspector/pricing";
const GAR_PAGE = "cloud.google.com/artifact-registry/pricing";
const GAR_SCAN_PAGE = "cloud.google.com/artifact-analysis/pricing";
const ACR_PAGE = "azure.microsoft.com/pricing/details/container-registry";

/** List prices in US dollars, without taxes, discounts and free trials. A changed price changes here. */
export const PRICES = {
  ecrStorage: {
    what: "storage",
    usd: 0.1,
    unit: "GB-month",
    source: ECR_PAGE,
    date: "2026-03",
  },
  ecrEnhancedScan: {
    what: "first scan by Amazon Inspector",
    usd: 0.09,
    unit: "image",
    source: INSPECTOR_PAGE,
    date: "2026-03",
  },
  garStorage: {
    what: "storage beyond the free 0.5 GB",
    usd: 0.1,
    unit: "GB-month",
    source: GAR_PAGE,
    date: "2026",
  },
  garScan: {
    what: "scan by Artifact Analysis",
    usd: 0.26,
    unit: "image",
    source: GAR_SCAN_PAGE,
    date: "2026",
  },
  acrBasic: {
    what: "Basic registry, 10 GB included",
    usd: monthly(0.167),
    unit: "month",
    source: ACR_PAGE,
    date: "2026-06",
  },
  acrStandard: {
    what: "Standard registry, 100 GB included",
    usd: monthly(0.667),
    unit: "month",
    source: ACR_PAGE,
    date: "2026-06",
  },
  acrPremium: {
    what: "Premium registry, 500 GB included",
    usd: monthly(1.667),
    unit: "month",
    source: ACR_PAGE,
    date: "2026-06",
  },
  acrStorage: {
    what: "storage beyond what is included",
    usd: monthly(0.003),
    unit: "GB-month",
    source: ACR_PAGE,
    date: "2026-06",
  },
  ghcrStorage: {
    what: "storage, free until GitHub says otherwise",
    usd: 0,
    unit: "GB-month",
    source: "docs.github.com/billing, GitHub Packages",
    date: "2026",
  },
  hubStorage: {
    what: "storage, part of the subscription",
    usd: 0,
    unit: "GB-month",
    source: "docker.com/pricing",
    date: "2024-12",
  },
} as const satisfies Record<string, Price>;

/** Gigabytes that a price contains already. */
export const INCLUDED_GB = { gar: 0.5, Basic: 10, Standard: 100, Premium: 500 } as const;
