import { type Rule, textThat } from "./rules";

/**
 * A regular expression for the identity of who signs. cosign reads it as RE2 (Go's `regexp`), and not
 * before there is something to verify: what that does not know is refused here, before anything is built.
 */
export const identityPattern: Rule<string> = {
  ...textThat(
    isPattern,
    "a regular expression that begins with `^` and ends with `$`",
    "^https://github\\.com/OWNER/bot-core/\\.github/workflows/release\\.yml@refs/tags/v.+$",
  ),
  reason: (value) => {
    if (typeof value !== "string") return undefined;
    const token = unknownToRe2(value);
    if (token !== undefined) return `whose \`${token}\` cosign does not know (it takes RE2)`;
    return value.endsWith("$") && !END.test(value)
      ? "whose last `$` is escaped: it stands for the character"
      : undefined;
  },
};

/** A `$` that is not escaped. */
const END = /(?<!\\)(?:\\\\)*\$$/;

/** Unanchored, it says less than it seems to: cosign gets it anchored in any case. */
function isPattern(value: string): boolean {
  if (!value.startsWith("^") || !END.test(value) || unknownToRe2(value) !== undefined) return false;
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

/** References back, `\Q…\E`, which would swallow what cosign's argument adds, and what is none. */
const UNKNOWN_ESCAPE = /^\\[^AaBbDdfnPprSstvWwxz0\W_]$/;

/** The first escape or look-around that JavaScript takes and RE2 does not. */
function unknownToRe2(value: string): string | undefined {
  let isInClass = false;
  for (const [token] of value.matchAll(/\\.|\(\?<?[=!]|./gsu)) {
    if (token.startsWith("\\")) {
      if (UNKNOWN_ESCAPE.test(token)) return token;
    } else if (token.length > 1) {
      if (!isInClass) return token;
    } else if (token === "[") isInClass = true;
    else if (token === "]") isInClass = false;
  }
  return undefined;
}
