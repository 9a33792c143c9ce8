import { UserError } from "../../../lib/errors";
import type { CommandOption, Invocation } from "../../command";

/** Option `--stacks`: whose releases count as deployed. */
export const STACKS: CommandOption = {
  value: "A,B",
  text: "stacks whose releases count as deployed; default: this stack",
};

/**
 * The invocation for each stack that is named; the command's own without any.
 * @throws UserError `usage` for an empty name
 */
export function otherStacks(invocation: Invocation): Invocation[] {
  const { stacks } = invocation.options;
  if (typeof stacks !== "string") return [invocation];
  const names = stacks.split(",").map((name) => name.trim());
  if (names.includes("")) {
    throw new UserError(
      `\`--stacks ${stacks}\` has an empty name; give names with commas between them, e.g. ` +
        "`--stacks dev,prod`",
      "usage",
    );
  }
  const own = invocation.stack;
  // The stack whose registry it is counts always.
  const others = own === undefined ? [invocation] : names.includes(own) ? [] : [invocation];
  return [...others, ...names.map((stack) => ({ ...invocation, stack }))];
}
