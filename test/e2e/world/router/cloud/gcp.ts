import type { Properties } from "../../../../../provider/values";
import { Backend } from "../backend";
import { CloudStore, type Resource, text } from "./store";

export const GOOGLE_PROJECT = "acme-prod";
/** Who runs the program, by the names of Google's IAM. */
export const GOOGLE_OPERATOR = "operator@acme.example";
/** Somebody who may read images, and act as the pull account. */
export const GOOGLE_READER = "reader@acme.example";

const REPOSITORY = "gcp:artifactregistry/repository:Repository";
const REPOSITORY_MEMBER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const ACCOUNT_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember";
const POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool";
const POOL_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";

/** Google as far as the program manages it. */
export function googleCloud(): CloudStore {
  return new CloudStore(
    {
      "gcp:projects/service:Service": {
        id: (inputs) => `${text(inputs, "project")}/${text(inputs, "service")}`,
        replaces: ["project", "service"],
      },
      [REPOSITORY]: {
        id: (inputs) =>
          `projects/${text(inputs, "project")}/locations/${text(inputs, "location")}` +
          `/repositories/${text(inputs, "repositoryId")}`,
        outputs: (inputs) => ({
          name: text(inputs, "repositoryId"),
          createTime: "2026-01-01T00:00:00Z",
        }),
        replaces: ["project", "location", "repositoryId", "format", "mode", "kmsKeyName"],
        taken: () =>
          "Error creating Repository: googleapi: Error 409: the repository already exists.",
        deleted: async ({ inputs }) => {
          await emptyRepository(`${text(inputs, "project")}/${text(inputs, "repositoryId")}`);
        },
      },
      [REPOSITORY_MEMBER]: {
        id: (inputs) =>
          `projects/${text(inputs, "project")}/locations/${text(inputs, "location")}` +
          `/repositories/${text(inputs, "repository")} ${text(inputs, "role")} ${text(inputs, "member")}`,
        outputs: () => ({ etag: "BwY" }),
        replaces: ["project", "location", "repository", "role", "member"],
      },
      [ACCOUNT]: {
        id: (inputs) => `projects/${text(inputs, "project")}/serviceAccounts/${emailOf(inputs)}`,
        outputs: (inputs, id) => ({
          email: emailOf(inputs),
          member: `serviceAccount:${emailOf(inputs)}`,
          name: id,
          uniqueId: "100000000000000000001",
        }),
        replaces: ["project", "accountId"],
        taken: (_id, inputs) =>
          inputs["createIgnoreAlreadyExists"] === true
            ? undefined
            : `Error creating service account: googleapi: Error 409: Service account ${text(inputs, "accountId")} already exists`,
      },
      [ACCOUNT_MEMBER]: {
        id: (inputs) =>
          `${text(inputs, "serviceAccountId")} ${text(inputs, "role")} ${text(inputs, "member")}`,
        outputs: () => ({ etag: "BwY" }),
        replaces: ["serviceAccountId", "role", "member"],
      },
      [POOL]: {
        id: (inputs) =>
          `projects/${text(inputs, "project")}/locations/global/workloadIdentityPools/` +
          text(inputs, "workloadIdentityPoolId"),
        outputs: (_inputs, id) => ({
          name: id.replace(`/${GOOGLE_PROJECT}/`, "/314159265358/"),
          state: "ACTIVE",
        }),
        taken: (id) => `googleapi: Error 409: Requested entity already exists: ${id}`,
      },
      [POOL_PROVIDER]: {
        id: (inputs) =>
          `projects/${text(inputs, "project")}/locations/global/workloadIdentityPools/` +
          `${text(inputs, "workloadIdentityPoolId")}/providers/` +
          text(inputs, "workloadIdentityPoolProviderId"),
        outputs: (_inputs, id) => ({
          name: id.replace(`/${GOOGLE_PROJECT}/`, "/314159265358/"),
          state: "ACTIVE",
        }),
        taken: (id) => `googleapi: Error 409: Requested entity already exists: ${id}`,
      },
    },
    {
      "gcp:artifactregistry/getRepositories:getRepositories": (args, cloud) => ({
        id: "repositories",
        ...args,
        repositories: cloud
          .of(REPOSITORY)
          .filter(({ inputs }) => inputs["location"] === args["location"])
          .map(({ id, inputs }) => ({
            name: id,
            repositoryId: text(inputs, "repositoryId"),
            format: text(inputs, "format"),
            description: "",
            createTime: "",
            updateTime: "",
            sizeBytes: "0",
            labels: {},
            kmsKeyName: "",
            mode: "STANDARD_REPOSITORY",
          })),
      }),
      "gcp:iam/getWorkloadIdentityPool:getWorkloadIdentityPool": (args, cloud) =>
        found(cloud, POOL, args),
      "gcp:iam/getWorkloadIdentityPoolProvider:getWorkloadIdentityPoolProvider": (args, cloud) =>
        found(cloud, POOL_PROVIDER, args),
      "gcp:organizations/getClientOpenIdUserInfo:getClientOpenIdUserInfo": () => ({
        id: GOOGLE_OPERATOR,
        email: GOOGLE_OPERATOR,
      }),
    },
  );
}

function found(cloud: CloudStore, type: string, args: Properties): Properties {
  const resource = cloud.like(type, args);
  if (resource !== undefined) return { ...resource.outputs, id: resource.id };
  throw new Error("googleapi: Error 404: Requested entity was not found., notFound");
}

function emailOf(inputs: Resource["inputs"]): string {
  return `${text(inputs, "accountId")}@${text(inputs, "project")}.iam.gserviceaccount.com`;
}

/** A repository goes with its images. */
async function emptyRepository(path: string): Promise<void> {
  await new Backend("gar").empty((repository) => repository.startsWith(`${path}/`));
}

/** Whether a repository is there. @param path `PROJECT/REPOSITORY/…` */
export function hasGoogleRepository(cloud: CloudStore, location: string, path: string): boolean {
  const [project = "", repository = ""] = path.split("/");
  const id = `projects/${project}/locations/${location}/repositories/${repository}`;
  return cloud.find(REPOSITORY, id) !== undefined;
}

/** Roles that an identity has at a repository. */
export function rolesAt(
  cloud: CloudStore,
  location: string,
  path: string,
  email: string,
): readonly string[] {
  const [project, repository] = path.split("/");
  return cloud
    .of(REPOSITORY_MEMBER)
    .filter(({ inputs }) => inputs["project"] === project && inputs["repository"] === repository)
    .filter(({ inputs }) => inputs["location"] === location)
    .filter(({ inputs }) => inputs["member"] === `serviceAccount:${email}`)
    .map(({ inputs }) => text(inputs, "role"));
}

/** Whether somebody may ask for tokens of a service account. */
export function mayActAs(cloud: CloudStore, email: string, account: string): boolean {
  return cloud
    .of(ACCOUNT_MEMBER)
    .some(
      ({ inputs }) =>
        text(inputs, "serviceAccountId").endsWith(`/serviceAccounts/${account}`) &&
        inputs["role"] === "roles/iam.serviceAccountTokenCreator" &&
        inputs["member"] === `user:${email}`,
    );
}

/** Whether a service account is there. */
export function hasAccount(cloud: CloudStore, email: string): boolean {
  return cloud.of(ACCOUNT).some(({ outputs }) => outputs["email"] === email);
}
