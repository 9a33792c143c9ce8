/** Tools whose answer a release hangs on, and which read variables of their own. */
type AskedTool = "trivy" | "grype" | "syft";

/**
 * The variables of each tool that reach it: where its database and caches are, how old it may be, how a
 * place is reached. None of them says what is found or listed. docs/supply-chain.md names them.
 */
const KEPT: Readonly<Record<AskedTool, readonly string[]>> = {
  trivy: [
    ...["CACHE_DIR", "CACHE_BACKEND", "CACHE_TTL"],
    ...["REDIS_TLS", "REDIS_CA", "REDIS_CERT", "REDIS_KEY"],
    ...["DB_REPOSITORY", "JAVA_DB_REPOSITORY", "SKIP_DB_UPDATE", "SKIP_JAVA_DB_UPDATE"],
    // The database's own registry may ask for a login; the image's is given by `withRegistryLogin`.
    ...["USERNAME", "PASSWORD", "REGISTRY_TOKEN"],
    ...["CACERT", "INSECURE", "NON_SSL", "TIMEOUT"],
  ],
  grype: [
    ...["DB_CACHE_DIR", "DB_UPDATE_URL", "DB_CA_CERT", "DB_AUTO_UPDATE"],
    ...["DB_VALIDATE_AGE", "DB_MAX_ALLOWED_BUILT_AGE", "DB_VALIDATE_BY_HASH_ON_START"],
    ...["DB_REQUIRE_UPDATE_CHECK", "DB_MAX_UPDATE_CHECK_FREQUENCY"],
    ...["DB_UPDATE_AVAILABLE_TIMEOUT", "DB_UPDATE_DOWNLOAD_TIMEOUT"],
    ...["REGISTRY_CA_CERT", "REGISTRY_INSECURE_SKIP_TLS_VERIFY", "REGISTRY_INSECURE_USE_HTTP"],
  ],
  syft: [
    ...["CACHE_DIR", "CACHE_TTL", "PARALLELISM"],
    ...["REGISTRY_CA_CERT", "REGISTRY_INSECURE_SKIP_TLS_VERIFY", "REGISTRY_INSECURE_USE_HTTP"],
  ],
};

/** Who signs, and who opens the stack's secrets: nothing that reads a foreign image needs to know. */
const SECRET = /^(?:COSIGN_|SIGSTORE_|PULUMI_|VAULT_|ACTIONS_ID_TOKEN_)/;

/**
 * Takes out of a tool's environment what could change its answer, and what it could betray: every
 * variable of its own but those that are kept, and the signing keys' passwords and tokens.
 * @param given this process's environment
 * @returns for `run`'s `env`: undefined for each variable that is taken out
 */
export function withheldFrom(
  tool: AskedTool,
  given: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, undefined> {
  const prefix = `${tool.toUpperCase()}_`;
  const kept = new Set(KEPT[tool].map((name) => prefix + name));
  const withheld = Object.keys(given).filter(
    (name) => SECRET.test(name) || (name.startsWith(prefix) && !kept.has(name)),
  );
  return Object.fromEntries(withheld.map((name) => [name, undefined]));
}

/** The variables of a tool that are kept, as they are now; they say which database it has. */
export function keptBy(tool: AskedTool): readonly (readonly [string, string | undefined])[] {
  return KEPT[tool].map((name) => {
    const variable = `${tool.toUpperCase()}_${name}`;
    return [variable, process.env[variable]] as const;
  });
}
