import { AWS_ACCOUNT } from "../../hosts";
import { ecrRepository, isMutable, repositoryArn, roleMay } from "../cloud/aws";
import type { CloudStore, Resource } from "../cloud/store";
import { Backend } from "../backend";
import { basicLogin, type Exchange, sendRegistryError, type Site } from "../exchange";
import { registryRequest, type RegistryRequest } from "../registryRequest";
import type { Tokens } from "../tokens";

/**
 * A private registry of ECR: Basic with user AWS; every request is an action of IAM at a repository
 * that has to be there; tags move as the repository's settings say, and nothing is deleted by the
 * distribution API.
 */
export function ecrRegistry(region: string, tokens: Tokens, cloud: CloudStore): Site {
  const backend = new Backend("ecr");
  return {
    hosts: [`${AWS_ACCOUNT}.dkr.ecr.${region}.amazonaws.com`],
    answer: async (exchange) => {
      const subject = subjectOf(exchange, tokens);
      if (subject === undefined) return;
      exchange.subject = subject;
      const request = registryRequest(exchange);
      if (request === undefined) {
        await backend.forward(exchange);
        return;
      }
      const action = actionOf(exchange, request);
      if (action === undefined) {
        sendRegistryError(exchange, 405, "UNSUPPORTED", "The operation is unsupported.");
        return;
      }
      const arn = repositoryArn(region, request.repository);
      if (!may(cloud, subject, action, arn)) {
        const message = `User: ${subject} is not authorized to perform: ${action} on resource: ${arn} because no identity-based policy allows the ${action} action`;
        sendRegistryError(exchange, 403, "DENIED", message);
        return;
      }
      const repository = ecrRepository(cloud, region, request.repository);
      if (repository === undefined) {
        const message = `The repository with name '${request.repository}' does not exist in the registry with id '${AWS_ACCOUNT}'`;
        sendRegistryError(exchange, 404, "NAME_UNKNOWN", message);
      } else if (await isFixed(backend, repository, exchange, request)) {
        const message = `The image tag '${request.reference}' already exists in the '${request.repository}' repository and cannot be overwritten because the tag is immutable.`;
        sendRegistryError(exchange, 400, "TAG_INVALID", message);
      } else await backend.forward(exchange);
    },
  };
}

/** Who logs in; an answer is sent where nobody does. */
function subjectOf(exchange: Exchange, tokens: Tokens): string | undefined {
  const login = basicLogin(exchange);
  const held = login?.username === "AWS" ? tokens.find("ecr", login.password) : undefined;
  if (held === "expired") {
    const message = "Your authorization token has expired. Reauthenticate and try again.";
    sendRegistryError(exchange, 403, "DENIED", message);
    return undefined;
  }
  if (held === undefined) {
    const header = {
      "WWW-Authenticate": `Basic realm="https://${exchange.host}/",service="ecr.amazonaws.com"`,
    };
    sendRegistryError(exchange, 401, "UNAUTHORIZED", "Not Authorized", header);
    return undefined;
  }
  return held.subject;
}

/** The action of IAM that a request is; undefined: ECR has not got it. */
function actionOf({ method }: Exchange, request: RegistryRequest): string | undefined {
  const { part, action } = request;
  switch (part) {
    case "uploads":
      if (method === "POST") return "ecr:InitiateLayerUpload";
      return method === "PUT" ? "ecr:CompleteLayerUpload" : "ecr:UploadLayerPart";
    case "blobs":
      if (action === "delete") return undefined;
      return method === "HEAD" ? "ecr:BatchCheckLayerAvailability" : "ecr:GetDownloadUrlForLayer";
    case "manifests":
      if (action === "delete") return undefined;
      return action === "push" ? "ecr:PutImage" : "ecr:BatchGetImage";
    case "tags":
      return "ecr:ListImages";
    case "referrers":
      return "ecr:BatchGetImage";
  }
}

const READS = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:GetDownloadUrlForLayer",
  "ecr:BatchGetImage",
  "ecr:ListImages",
];

/** `deployer` administers the account, `reader` reads; a role does what its policies say. */
function may(cloud: CloudStore, subject: string, action: string, arn: string): boolean {
  const role = /:assumed-role\/([^/]+)\//.exec(subject)?.[1];
  if (role !== undefined) return roleMay(cloud, role, action, arn);
  return subject.endsWith(":user/deployer") || READS.includes(action);
}

/** Also for the same digest: ECR refuses that too (aws/containers-roadmap#2380). */
async function isFixed(
  backend: Backend,
  repository: Resource,
  { method }: Exchange,
  { part, reference, repository: name }: RegistryRequest,
): Promise<boolean> {
  if (method !== "PUT" || part !== "manifests" || reference.includes(":")) return false;
  if (isMutable(repository, reference)) return false;
  return (await backend.digestOf(name, reference)) !== undefined;
}
