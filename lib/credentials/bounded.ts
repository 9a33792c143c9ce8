import { UserError } from "../errors";

/** A token service that does not answer keeps nobody waiting longer than this, all attempts together. */
export const OVERALL_MS = 60_000;
/** Limit of one call to a token service. */
export const CALL_MS = 10_000;

/**
 * The outcome of `work`, or an error after `limitMs`. SDKs bound their calls one by one, and try
 * several places: this bounds their sum.
 * @param service who was asked, for the message
 * @throws UserError `credentials-unreachable` past the limit
 */
export async function bounded<T>(
  service: string,
  work: Promise<T>,
  limitMs = OVERALL_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unreachable(service, `no answer within ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A token service that cannot be reached: a matter of the moment. */
export function unreachable(service: string, why: string): UserError {
  return new UserError(
    `${service} cannot be reached for a registry login (${why}); check this machine's network, proxy and clock, and run again`,
    "credentials-unreachable",
  );
}

const NETWORK_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "ABORT_ERR",
]);
const TIMEOUT_NAMES: ReadonlySet<string> = new Set(["TimeoutError", "AbortError"]);
const MAX_CAUSES = 8;

/** Why an SDK could not reach its service, as a code such as `ENOTFOUND`; undefined: it failed otherwise. */
export function networkFault(error: unknown): string | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && at instanceof Error; depth++) {
    const code = "code" in at ? String(at.code) : "";
    if (NETWORK_CODES.has(code)) return code;
    if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL/.test(code)) return code;
    if (TIMEOUT_NAMES.has(at.name)) return "no answer in time";
    at = at.cause ?? ("error" in at ? at.error : undefined);
  }
  return undefined;
}
