import { digitsToo, text, textThat, type Rule } from "./rules";

/** Logins of accounts that an enterprise manages end with `_` and its short code. */
const LOGIN = "(?=[^/]{1,39}(?:/|$))[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:_[A-Za-z0-9]+)?";

/** An organisation or a user. */
export const githubOwner: Rule<string> = digitsToo(
  text(
    new RegExp(`^${LOGIN}$`),
    "the name of a GitHub organisation or user: up to 39 letters and digits with single `-` between them",
    "OWNER",
  ),
);

/** `OWNER/NAME` of a repository. */
export const githubRepository: Rule<string> = textThat(
  (value) => new RegExp(`^${LOGIN}/[\\w.-]{1,100}$`).test(value) && isRepositoryName(value),
  "OWNER/NAME of a GitHub repository, without a scheme, a host and .git",
  "OWNER/bot-core",
);

function isRepositoryName(repository: string): boolean {
  const name = repository.split("/")[1] ?? "";
  return !/^\.{1,2}$|\.git$/i.test(name);
}

/**
 * An environment's name. It becomes part of what the clouds trust, so it has nothing that needs
 * escaping there (`:`, `/`) and no wildcard.
 */
export const githubEnvironment: Rule<string> = digitsToo(
  text(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/,
    "up to 255 letters, digits, `_`, `.` and `-`, beginning with no `.` and no `-`",
    "production",
  ),
);

/** Who approves deployments. */
export const githubReviewer: Rule<string> = digitsToo(
  text(
    new RegExp(`^(?:${LOGIN}|team:[a-z0-9][a-z0-9_-]{0,99})$`),
    "logins of GitHub users, or team:SLUG",
    "team:operations",
  ),
);

/** A branch by git's rules for references; what they allow beyond is a wildcard for nobody. */
export const branchName: Rule<string> = digitsToo(
  textThat(
    (value) =>
      /^[A-Za-z0-9_][A-Za-z0-9_./+-]{0,243}$/.test(value) &&
      !/\.\.|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(value),
    "a branch's name of letters, digits, `_`, `.`, `-`, `+` and `/`",
    "main",
  ),
);
