/** What a registry asks for with status 401 (RFC 9110, 11.6.1; distribution token specification). */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string };

const PARAMETER = /([a-zA-Z][a-zA-Z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g;

/**
 * Reads a WWW-Authenticate header. Bearer is preferred where both are offered, as Docker does.
 * @returns undefined for a missing header, an unknown scheme, or Bearer without a realm
 */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined;
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(header);
  if (bearer?.[1] !== undefined) {
    const parameters = parametersOf(bearer[1]);
    const realm = parameters.get("realm");
    const service = parameters.get("service");
    if (realm !== undefined) {
      return { scheme: "bearer", realm, ...(service === undefined ? {} : { service }) };
    }
  }
  return /(?:^|,)\s*basic(\s|$)/i.test(header) ? { scheme: "basic" } : undefined;
}

function parametersOf(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name, quoted, plain] of text.matchAll(PARAMETER)) {
    const key = name?.toLowerCase() ?? "";
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
    if (!parameters.has(key)) parameters.set(key, value);
  }
  return parameters;
}
