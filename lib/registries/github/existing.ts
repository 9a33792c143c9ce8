import { z } from "zod";
import type { DeploymentPolicy } from "./protection";
import { readAnswer, type RestAnswer } from "./restAnswer";

const variable = z.object({ value: z.string() });

const policies = z.object({
  branch_policies: z.array(
    z.object({ id: z.number(), name: z.string(), type: z.enum(["branch", "tag"]).optional() }),
  ),
});

const rulesets = z.array(
  z.object({ id: z.number(), name: z.string(), target: z.string().optional() }),
);

const account = z.object({ id: z.number() });

const subjectFormat = z.object({ use_default: z.boolean() });

/** Value of `GET …/actions/variables/NAME`; undefined: there is none of that name. */
export function variableValue(answer: RestAnswer): string | undefined {
  return readAnswer(variable, answer)?.value;
}

/**
 * Number of the policy in `GET …/deployment-branch-policies` that lets in what `wanted` does;
 * undefined: there is none.
 */
export function policyId(answer: RestAnswer, wanted: DeploymentPolicy): number | undefined {
  // Without a type it is one from the time when there were branches alone.
  const found = readAnswer(policies, answer)?.branch_policies.find(
    ({ name, type = "branch" }) => name === wanted.pattern && type === wanted.kind,
  );
  return found?.id;
}

/** Number of the tag ruleset of that name in `GET …/rulesets`; undefined: there is none. */
export function rulesetId(answer: RestAnswer, name: string): number | undefined {
  const found = readAnswer(rulesets, answer)?.find(
    (one) => one.name === name && one.target === "tag",
  );
  return found?.id;
}

/** Number of a user or a team; undefined: there is none of that name. */
export function accountId(answer: RestAnswer): number | undefined {
  return readAnswer(account, answer)?.id;
}

/** false: the repository's tokens have a subject of the repository's own format. */
export function hasDefaultSubject(answer: RestAnswer): boolean {
  return readAnswer(subjectFormat, answer)?.use_default ?? true;
}
