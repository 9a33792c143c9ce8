import { UserError } from "../errors";
import { isDigest } from "./digest";

// distribution-spec 1.1, "Pulling manifests": the grammars of <name> and of a tag as <reference>.
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const MAX_REPOSITORY = 255;

/** true: a tag that every registry accepts. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** @throws UserError `registry-name`: names go into request paths, so nothing else may pass */
export function assertRepository(repository: string): void {
  if (REPOSITORY.test(repository) && repository.length <= MAX_REPOSITORY) return;
  throw new UserError(
    `repository \`${repository}\` is not allowed; give lower-case letters, digits and single separators (\`.\`, \`_\`, \`-\`, \`/\`) between them, at most ${MAX_REPOSITORY} characters, without the server, e.g. \`bot-core/web\``,
    "registry-name",
  );
}

/** @throws UserError `registry-name` for what is neither a tag nor a sha256 digest */
export function assertReference(reference: string): void {
  if (isTag(reference) || isDigest(reference)) return;
  throw new UserError(
    `\`${reference}\` is neither a tag nor a digest; a tag has letters, digits, \`_\`, \`.\` and \`-\`, does not begin with \`.\` or \`-\`, and has at most 128 characters`,
    "registry-name",
  );
}

/** @throws UserError `registry-name` */
export function assertDigest(digest: string): void {
  if (isDigest(digest)) return;
  throw new UserError(
    `\`${digest}\` is no digest; give \`sha256:\` with 64 hexadecimal digits`,
    "registry-name",
  );
}
