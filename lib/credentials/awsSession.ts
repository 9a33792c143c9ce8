import { CALL_MS } from "./bounded";

/** Who calls AWS, and where. */
export interface AwsCaller {
  /** Region of the services that are called, e.g. `eu-central-1`. */
  readonly region: string;
  /** Profile of the shared AWS configuration. Default: AWS's own order of sources. */
  readonly profile?: string;
}

const REQUESTS = {
  connectionTimeout: CALL_MS / 2,
  requestTimeout: CALL_MS,
  throwOnRequestTimeout: true,
};

/** The SDK writes a remark about two sources of credentials to the terminal otherwise. */
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What every AWS client of ours is made with. Endpoints are AWS's own, or AWS_ENDPOINT_URL_…'s. */
export function awsClientOptions({ region, profile }: AwsCaller) {
  return {
    region,
    maxAttempts: 3,
    requestHandler: REQUESTS,
    ...(profile === undefined ? {} : { profile }),
  };
}

/**
 * The keys of this machine's AWS identity; nothing of the SDK is loaded before. A profile that was
 * named is the only source then: AWS's own order would go on to another identity where it is missing.
 */
export async function awsKeys({ region, profile }: AwsCaller) {
  // The SDK tells every start on Node 20 that later versions of it ask for more; ours is pinned.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { fromIni, fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  const options = { clientConfig: { region, requestHandler: REQUESTS }, logger: SILENT };
  const provider =
    profile === undefined ? fromNodeProviderChain(options) : fromIni({ ...options, profile });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider();
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}
