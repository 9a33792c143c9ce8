import { composeConfig, parseProject, type ConfigOptions } from "./configCommand";
import { explainComposeError, type Explained } from "./composeMessages";
import { composeWarnings } from "./composeWarnings";
import type { Report } from "./context";
import { projectOf, type Project } from "./project";
import { composeConfigLowered, isPullPolicyFault } from "./pullPolicy";
import type { SourceFile } from "./source";

/** Stands in for a required variable that is missing, so that the other faults show too. */
const PLACEHOLDER = "1";
const MAX_ROUNDS = 50;

/**
 * The project as Compose reads it, with Compose's complaints reported. Compose stops at its first
 * one; missing required variables are filled in, one a round, so that all of them are reported.
 * @returns undefined where Compose refuses the files for another reason
 */
export async function readProject(
  options: ConfigOptions,
  sources: readonly SourceFile[],
  report: Report,
): Promise<Project | undefined> {
  const filled: Record<string, string> = {};
  let lowered = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const current = { ...options, variables: { ...options.variables, ...filled } };
    const result = lowered
      ? await composeConfigLowered(current, sources)
      : await composeConfig(
          current,
          sources.map(({ absolute }) => absolute),
        );
    if (result.code === 0) {
      reportWarnings(result.stderr, sources, report);
      return projectOf(parseProject(result.stdout));
    }
    if (!lowered && isPullPolicyFault(result.stderr)) {
      lowered = true;
      continue;
    }
    const explained = explainComposeError(result.stderr);
    const variable = explained.missingVariable;
    const isConsequence = variable === undefined && Object.keys(filled).length > 0;
    // What Compose says about a value that we filled in is no fault of the user's.
    if (isConsequence && explained.message.includes(`\`${PLACEHOLDER}\``)) return undefined;
    reportFault(explained, report);
    if (variable === undefined || variable in filled) return undefined;
    filled[variable] = PLACEHOLDER;
  }
  return undefined;
}

function reportFault({ path, containing, message }: Explained, report: Report): void {
  report.error(path, message, containing);
}

function reportWarnings(stderr: string, sources: readonly SourceFile[], report: Report): void {
  for (const { message, unsetVariable } of composeWarnings(stderr)) {
    if (unsetVariable === undefined) {
      report.warning([], message);
      continue;
    }
    const spelling = [`\${${unsetVariable}`, `$${unsetVariable}`].find((text) =>
      sources.some((source) => source.text.includes(text)),
    );
    report.warning([], message, spelling);
  }
}
