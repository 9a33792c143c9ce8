import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What ECR answers about a registry that nobody set up, by the last part of the target. */
const EMPTY: Readonly<Record<string, object>> = {
  DescribeRegistry: { registryId: "123456789012", replicationConfiguration: { rules: [] } },
  GetRegistryScanningConfiguration: { scanningConfiguration: { scanType: "BASIC", rules: [] } },
  DescribePullThroughCacheRules: { pullThroughCacheRules: [] },
  DescribeRepositoryCreationTemplates: { repositoryCreationTemplates: [] },
};

/** Variables by which AWS's SDK asks the double and nobody else; the keys are nobody's. */
const KEYS = {
  AWS_ACCESS_KEY_ID: "AKIANOBODYNOBODYNOBO",
  AWS_SECRET_ACCESS_KEY: "not-a-real-one",
  AWS_EC2_METADATA_DISABLED: "true",
};

/**
 * ECR's control plane of an empty account, for what the program asks by AWS's SDK itself.
 * @returns what ends it and puts the environment back
 */
export async function startEmptyEcr(): Promise<() => void> {
  const server = createServer((request, response) => {
    const target = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const answer = EMPTY[target];
    response.statusCode = answer === undefined ? 400 : 200;
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(JSON.stringify(answer ?? { __type: "InvalidParameterException" }));
  });
  await listening(server);
  const { port } = server.address() as AddressInfo;
  const restore = setVariables({
    ...KEYS,
    AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${port.toString()}`,
  });
  return () => {
    restore();
    server.closeAllConnections();
    server.close();
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, "127.0.0.1", done));
}

function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
}
