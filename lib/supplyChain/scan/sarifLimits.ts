import { gzipSync } from "node:zlib";
import { SEVERITIES } from "../../resources/supplyChain";
import { isSuppressed, severityReader } from "./sarifCounts";
import type { SarifLog, SarifResult, SarifRun } from "./sarifModel";

/** What GitHub's code scanning takes in one file. */
const MOST_RESULTS = 25_000;
const MOST_BYTES = 10_000_000;

/**
 * The document's bytes. Where it would be refused as too large, the worst results stay, and how many
 * went is said in it.
 */
export function withinLimits(
  log: SarifLog,
  { results = MOST_RESULTS, bytes = MOST_BYTES } = {},
): Buffer {
  const all = log.runs[0]?.results?.length ?? 0;
  for (let most = Math.min(all, results); ; most = Math.floor(most / 2)) {
    const made = serialise(most < all ? { ...log, runs: log.runs.map(cutTo(most)) } : log);
    if (most === 0 || gzipSync(made).length < bytes) return made;
  }
}

function cutTo(most: number): (run: SarifRun) => SarifRun {
  return (run) => {
    const all = run.results ?? [];
    const severityOf = severityReader(run);
    const weight = (result: SarifResult): number =>
      SEVERITIES.indexOf(severityOf(result)) + (isSuppressed(result) ? SEVERITIES.length : 0);
    const results = [...all].sort((a, b) => weight(a) - weight(b)).slice(0, most);
    const properties = { ...run.properties, resultsLeftOut: all.length - results.length };
    return { ...withRulesOf(run, results), properties };
  };
}

/** Results point at rules by index, so both are written anew. */
function withRulesOf(run: SarifRun, results: readonly SarifResult[]): SarifRun {
  const used = new Set(results.map(({ ruleId }) => ruleId));
  const rules = (run.tool.driver.rules ?? []).filter(({ id }) => used.has(id));
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  return {
    ...run,
    tool: { ...run.tool, driver: { ...run.tool.driver, rules } },
    results: results.map((result) => {
      const ruleIndex = index.get(result.ruleId);
      if (result.ruleIndex === undefined || ruleIndex === undefined) return result;
      return { ...result, ruleIndex };
    }),
  };
}

function serialise(log: SarifLog): Buffer {
  return Buffer.from(`${JSON.stringify(log, undefined, 1)}\n`, "utf8");
}
