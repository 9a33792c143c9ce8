import { AWS_ACCOUNT } from "../../hosts";
import type { CloudStore } from "../cloud/store";
import { ecrRepository } from "../cloud/aws";
import { Inventory } from "../inventory";

interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

/** What ECR is asked about the images of one repository. */
export interface ImagesCall {
  readonly repositoryName?: string;
  readonly imageIds?: readonly ImageId[];
}

/** ECR's answer; undefined: there is no such repository. */
export async function answerImages(
  cloud: CloudStore,
  region: string,
  action: "DescribeImages" | "BatchDeleteImage",
  { repositoryName = "", imageIds = [] }: ImagesCall,
): Promise<object | undefined> {
  if (ecrRepository(cloud, region, repositoryName) === undefined) return undefined;
  const inventory = new Inventory("ecr");
  if (action === "DescribeImages") {
    const imageDetails = (inventory.list(repositoryName) ?? []).map(({ digest, tags, pushed }) => ({
      registryId: AWS_ACCOUNT,
      repositoryName,
      imageDigest: digest,
      ...(tags.length === 0 ? {} : { imageTags: tags }),
      imagePushedAt: Date.parse(pushed) / 1000,
    }));
    return { imageDetails };
  }
  const removed: ImageId[] = [];
  const failures: object[] = [];
  for (const imageId of imageIds) {
    const { imageDigest, imageTag } = imageId;
    const was =
      imageTag === undefined
        ? await inventory.removeManifest(repositoryName, imageDigest ?? "")
        : inventory.removeTag(repositoryName, imageTag);
    const failureReason = "Requested image not found";
    if (was) removed.push(imageId);
    else failures.push({ imageId, failureCode: "ImageNotFound", failureReason });
  }
  return { imageIds: removed, failures };
}
