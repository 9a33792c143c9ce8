import type {
  DescribeImagesCommandOutput,
  ECRClient,
  ImageDetail,
  ImageIdentifier,
} from "@aws-sdk/client-ecr";
import { awsClientOptions, awsKeys } from "../../credentials/awsSession";
import { messageOf, UserError } from "../../errors";
import type { EcrSettings } from "../../settings/registrySettings";
import type { RegistryContents, StoredManifest } from "../contents";

/** The largest page of DescribeImages. */
const PAGE = 1000;
const MAX_PAGES = 1000;

/** Amazon ECR by its own API, which lists untagged images and tells when each was pushed. */
export function ecrContents(settings: EcrSettings, signal?: AbortSignal): RegistryContents {
  const repositories = new EcrRepositories(settings, signal);
  return {
    list: async (repository) => ({
      manifests: await repositories.list(repository),
      complete: true,
    }),
    removeTag: (repository, imageTag) => repositories.remove(repository, { imageTag }),
    removeManifest: (repository, imageDigest) => repositories.remove(repository, { imageDigest }),
  };
}

/** The repositories of one registry. The SDK is loaded and the login read at the first request. */
class EcrRepositories {
  private readonly options: { readonly abortSignal?: AbortSignal };
  private opened: Promise<ECRClient> | undefined;

  public constructor(
    private readonly settings: EcrSettings,
    signal: AbortSignal | undefined,
  ) {
    this.options = signal === undefined ? {} : { abortSignal: signal };
  }

  public async list(repository: string): Promise<StoredManifest[]> {
    const manifests: StoredManifest[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await this.page(repository, nextToken);
      manifests.push(...(answer?.imageDetails ?? []).flatMap(storedOf));
      nextToken = answer?.nextToken;
      if (nextToken === undefined) return manifests;
    }
    throw new UserError(
      `Amazon ECR's list of \`${repository}\` does not end; try again later`,
      "registry-answer",
    );
  }

  /** @returns false where the image, or its repository, is not there */
  public async remove(repository: string, image: ImageIdentifier): Promise<boolean> {
    const { BatchDeleteImageCommand } = await import("@aws-sdk/client-ecr");
    const { accountId } = this.settings;
    const what = { action: "ecr:BatchDeleteImage", repository } as const;
    const input = { registryId: accountId, repositoryName: repository, imageIds: [image] };
    const answer = await this.send(what, (ecr) =>
      ecr.send(new BatchDeleteImageCommand(input), this.options),
    ).catch(noRepository);
    const [failure] = answer?.failures ?? [];
    if (failure === undefined) return answer !== undefined;
    if (failure.failureCode === "ImageNotFound") return false;
    throw refusal(repository, image, failure.failureCode ?? "", failure.failureReason ?? "");
  }

  /** @returns undefined where the repository is not there */
  private async page(
    repository: string,
    nextToken: string | undefined,
  ): Promise<DescribeImagesCommandOutput | undefined> {
    const { DescribeImagesCommand } = await import("@aws-sdk/client-ecr");
    const { accountId } = this.settings;
    const input = {
      ...{ registryId: accountId, repositoryName: repository, maxResults: PAGE },
      ...(nextToken === undefined ? {} : { nextToken }),
    };
    const what = { action: "ecr:DescribeImages", repository } as const;
    return this.send(what, (ecr) => ecr.send(new DescribeImagesCommand(input), this.options)).catch(
      noRepository,
    );
  }

  /** @throws UserError, or NoRepository where the repository is not there */
  private async send<T>(what: Action, work: (client: ECRClient) => Promise<T>): Promise<T> {
    try {
      return await work(await (this.opened ??= this.open()));
    } catch (error) {
      throw faultOf(error, what, this.settings.profile);
    }
  }

  private async open(): Promise<ECRClient> {
    const { region, profile } = this.settings;
    const caller = { region, ...(profile === undefined ? {} : { profile }) };
    const { ECRClient: Client } = await import("@aws-sdk/client-ecr");
    return new Client({ ...awsClientOptions(caller), credentials: await awsKeys(caller) });
  }
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
