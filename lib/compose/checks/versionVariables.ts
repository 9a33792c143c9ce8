import type { CheckContext } from "../context";
import { placesOf, textsOf } from "../source";

/** Variables of a release: they differ at each, so what contains them is never unchanged. */
const RELEASE_VARIABLE = /(?<!\$)\$\{?(VERSION|GIT_SHA)\b|^(VERSION|GIT_SHA)$/;

/**
 * VERSION and GIT_SHA in what is built or run. As build args they would make another image of the
 * same source, so a published version could not be told from a changed one: an error. In the
 * environment they replace a container that did not change, on a label they go stale: warnings.
 */
export function checkVersionVariables({ project, sources, report }: CheckContext): void {
  for (const service of Object.keys(project.services)) {
    const at = ["services", service];
    for (const name of variablesIn(sources, [...at, "build", "args"])) {
      report.error(
        [...at, "build", "args"],
        `build arg with \`${name}\` makes each release another image; remove it, a service knows its version from its own source`,
        name,
      );
    }
    for (const name of variablesIn(sources, [...at, "environment"])) {
      report.warning(
        [...at, "environment"],
        `\`${name}\` in the environment replaces \`${service}\` at each release, also where nothing changed; remove it, a service knows its version from its own source`,
        name,
      );
    }
    for (const name of variablesIn(sources, [...at, "labels"])) {
      report.warning(
        [...at, "labels"],
        `a label with \`${name}\` keeps its old value until something else of \`${service}\` changes, since a label alone replaces no container; remove it`,
        name,
      );
    }
  }
}

function variablesIn(sources: CheckContext["sources"], keys: readonly string[]): readonly string[] {
  const found = placesOf(sources, keys)
    .flatMap(textsOf)
    .flatMap(({ text }) => {
      const match = RELEASE_VARIABLE.exec(text);
      return match?.[1] ?? match?.[2] ?? [];
    });
  return [...new Set(found)];
}
