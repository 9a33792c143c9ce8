import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../../errors";
import type { SignPolicy } from "../../resources/supplyChain";
import type { ToolOptions } from "../image";
import { toolError } from "../tools/output";
import { printPublicHalf } from "./publicHalf";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Proves, without signing anything, that there is something to sign with: the key opens by the
 * password of COSIGN_PASSWORD, or a store of keys knows it; without a key, something here says who
 * signs.
 * @param env this process's variables
 * @throws UserError `sign-key`, `sign-identity`, those of `findTool`
 */
export async function assertSignable(
  policy: SignPolicy,
  env: Environment = process.env,
  options: ToolOptions = {},
): Promise<void> {
  if (policy.kind === "keyless") assertIdentity(env);
  else await assertKey(policy.key, env, options);
}

async function assertKey(key: string, env: Environment, options: ToolOptions): Promise<void> {
  const isFile = !key.includes("://");
  if (isFile && !existsSync(key)) {
    throw new UserError(
      `the key \`${key}\` of \`sign.key\` is not there; make one with \`cosign generate-key-pair\`, or name a file or a KMS URI, e.g. \`awskms:///alias/bot-core\``,
      "sign-key",
    );
  }
  const result = await printPublicHalf(key, options);
  if (result.code === 0) return;
  throw toolError(`cosign cannot use the key \`${key}\`; ${mend(isFile, env)}`, "sign-key", result);
}

function mend(isFile: boolean, env: Environment): string {
  if (!isFile) return "check its name, and that this machine's identity may use it";
  return env["COSIGN_PASSWORD"] === undefined
    ? "put its password into the variable COSIGN_PASSWORD"
    : "check that the variable COSIGN_PASSWORD has its password";
}

/** Variables from which cosign gets a token that says who signs. */
const TOKENS = [
  "SIGSTORE_ID_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "BUILDKITE_AGENT_ACCESS_TOKEN",
  "GOOGLE_SERVICE_ACCOUNT_NAME",
];
/** Files of the same use: cosign's own, and SPIFFE's. */
const TOKEN_FILES = ["/var/run/sigstore/cosign/oidc-token", "/tmp/spire-agent/public/api.sock"];
/** Google's machines have a server that gives tokens. */
const MACHINE = "/sys/class/dmi/id/product_name";

/** Elsewhere cosign would open a browser and wait. */
function assertIdentity(env: Environment): void {
  if (TOKENS.some((name) => (env[name] ?? "") !== "") || TOKEN_FILES.some(existsSync)) return;
  if (existsSync(MACHINE) && readFileSync(MACHINE, "utf8").startsWith("Google")) return;
  const mend =
    env["GITHUB_ACTIONS"] === "true"
      ? "give the job `permissions: id-token: write`"
      : "publish in a CI job that gives one, in the variable SIGSTORE_ID_TOKEN or as GitHub Actions do";
  throw new UserError(
    `\`sign\` is keyless, and nothing here has an OIDC token that says who signs; ${mend}, or ` +
      "`pulumi config set --path bot-core:sign.key cosign.key`, or `pulumi config set bot-core:sign false`",
    "sign-identity",
  );
}
