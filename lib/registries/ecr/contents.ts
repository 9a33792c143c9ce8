import type { ECRClient, ImageDetail, ImageIdentifier } from "@aws-sdk/client-ecr";
import { awsClientOptions, awsKeys } from "../../credentials/awsSession";
import { messageOf, UserError } from "../../errors";
import type { EcrSettings } from "../../settings/registrySettings";
import type { RegistryContents, StoredManifest } from "../contents";

/** The largest page of DescribeImages. */
const PAGE = 1000;
const MAX_PAGES = 1000;

/** Amazon ECR by its own API, which lists untagged images and tells when each was pushed. */
export function ecrContents(
  { region, accountId, profile }: EcrSettings,
  signal?: AbortSignal,
): RegistryContents {
  const caller = { region, ...(profile === undefined ? {} : { profile }) };
  const options = signal === undefined ? {} : { abortSignal: signal };
  let opened: Promise<ECRClient> | undefined;
  const client = async (): Promise<ECRClient> => {
    const { ECRClient: Client } = await import("@aws-sdk/client-ecr");
    return new Client({ ...awsClientOptions(caller), credentials: await awsKeys(caller) });
  };
  const send = async <T>(what: Action, work: (client: ECRClient) => Promise<T>): Promise<T> => {
    try {
      return await work(await (opened ??= client()));
    } catch (error) {
      throw faultOf(error, what, profile);
    }
  };
  const remove = async (repository: string, image: ImageIdentifier): Promise<boolean> => {
    const { BatchDeleteImageCommand } = await import("@aws-sdk/client-ecr");
    const what = { action: "ecr:BatchDeleteImage", repository } as const;
    const input = { registryId: accountId, repositoryName: repository, imageIds: [image] };
    const answer = await send(what, (ecr) =>
      ecr.send(new BatchDeleteImageCommand(input), options),
    ).catch(noRepository);
    const [failure] = answer?.failures ?? [];
    if (failure === undefined) return answer !== undefined;
    if (failure.failureCode === "ImageNotFound") return false;
    throw refusal(repository, image, failure.failureCode ?? "", failure.failureReason ?? "");
  };
  return {
    list: async (repository) => {
      const { DescribeImagesCommand } = await import("@aws-sdk/client-ecr");
      const manifests: StoredManifest[] = [];
      let nextToken: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const input = {
          ...{ registryId: accountId, repositoryName: repository, maxResults: PAGE },
          ...(nextToken === undefined ? {} : { nextToken }),
        };
        const what = { action: "ecr:DescribeImages", repository } as const;
        const answer = await send(what, (ecr) =>
          ecr.send(new DescribeImagesCommand(input), options),
        ).catch(noRepository);
        manifests.push(...(answer?.imageDetails ?? []).flatMap(storedOf));
        nextToken = answer?.nextToken;
        if (nextToken === undefined) return { manifests, complete: true };
      }
      throw new UserError(
        `Amazon ECR's list of \`${repository}\` does not end; try again later`,
        "registry-answer",
      );
    },
    removeTag: (repository, imageTag) => remove(repository, { imageTag }),
    removeManifest: (repository, imageDigest) => remove(repository, { imageDigest }),
  };
}

function storedOf({ imageDigest, imageTags = [], imagePushedAt }: ImageDetail): StoredManifest[] {
  if (imageDigest === undefined) return [];
  const pushed = imagePushedAt === undefined ? {} : { pushed: imagePushedAt.toISOString() };
  return [{ digest: imageDigest, tags: [...imageTags].sort(), ...pushed }];
}

interface Action {
  readonly action: "ecr:DescribeImages" | "ecr:BatchDeleteImage";
  readonly repository: string;
}

class NoRepository extends Error {}

function noRepository(error: unknown): undefined {
  if (error instanceof NoRepository) return undefined;
  throw error;
}

function faultOf(error: unknown, { action, repository }: Action, profile?: string): unknown {
  const name = error instanceof Error ? error.name : "";
  const words = messageOf(error);
  if (name === "RepositoryNotFoundException") return new NoRepository();
  const login = `aws sso login${profile === undefined ? "" : ` --profile ${profile}`}`;
  if (name === "AccessDeniedException" || name === "AccessDenied") {
    return new UserError(
      `AWS does not let this identity do ${action} on \`${repository}\` (${words}); give it that ` +
        "action on the repository's ARN, or use another identity by AWS_PROFILE",
      "registry-denied",
      { cause: error },
    );
  }
  if (/Credential|Token|Unauthorized|UnrecognizedClient|Signature/.test(name)) {
    return new UserError(
      `AWS refuses this machine's login (${words}); \`${login}\`, or set AWS_PROFILE or the AWS_… keys`,
      "registry-unauthorized",
      { cause: error },
    );
  }
  return new UserError(
    `Amazon ECR did not do ${action} on \`${repository}\`: ${words}; check this machine's network ` +
      "and the region, and try again",
    name === "AbortError" ? "registry-aborted" : "registry-answer",
    { cause: error },
  );
}

function refusal(
  repository: string,
  { imageDigest, imageTag }: ImageIdentifier,
  code: string,
  reason: string,
): UserError {
  const which = imageDigest ?? imageTag ?? "";
  return new UserError(
    `Amazon ECR keeps ${which} of \`${repository}\`: ${code} (${reason}); an image that an index ` +
      "names goes after that index: run the command again",
    "registry-denied",
  );
}
