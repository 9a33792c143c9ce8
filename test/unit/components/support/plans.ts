import * as pulumi from "@pulumi/pulumi";
import { declareGithubActions } from "../../../../components/githubActions";
import type { RegistryArgs } from "../../../../components/registry/contract";
import { declareRegistry } from "../../../../components/registry/pick";
import { parseSettings } from "../../../../lib/settings/parse";
import type { GithubRepositorySettings, RegistrySettings } from "../../../../lib/settings/settings";
import { acrCalls, ACR_ANSWERS, REGISTRY, REGISTRY_ID } from "../registry/acrSupport";
import { ANSWERS as ECR_ANSWERS, EMPTY_ACCOUNT } from "../registry/ecrSupport";
import { GAR_ANSWERS, garCalls } from "../registry/garSupport";
import {
  allRegistered,
  type Answers,
  type Calls,
  Recorder,
  type Registration,
} from "../../support/mocks";
import { recordOptions, type RegisteredOptions } from "../../support/options";
import { GITHUB_ANSWERS, githubCalls, shop } from "./github";

type Kind = RegistrySettings["kind"];

/** One thing that a run declares. */
export interface Planned extends Registration {
  readonly options: RegisteredOptions;
}

/** The version that every plan deploys: what is immutable is proven on it. */
export const VERSION = "v1.2.3";

/** The password that stands in a plan's stack config. */
export const PLANTED = "hunter2-planted";

/** Configurations by kind, `registry` as the user writes it; a kind without one does not compile. */
export const CONFIGURATIONS: Readonly<Record<Kind, readonly Readonly<Record<string, unknown>>[]>> =
  {
    ecr: [
      { region: "eu-central-1", accountId: "123456789012" },
      {
        region: "eu-central-1",
        accountId: "123456789012",
        replicas: ["eu-west-1", "us-east-1"],
        pullFrom: "eu-west-1",
        scanning: "enhanced",
        cache: [{ upstream: "public.ecr.aws" }],
      },
      { region: "eu-central-1", accountId: "123456789012", manage: false },
    ],
    gar: [
      { project: "my-project", location: "europe-west3" },
      {
        project: "my-project",
        location: "europe-west3",
        scanning: "off",
        cache: [{ upstream: "docker.io" }],
      },
      { project: "my-project", location: "europe-west3", manage: false },
    ],
    acr: [
      { resourceGroup: "shop-rg", name: "shopregistry" },
      {
        resourceGroup: "shop-rg",
        name: "shopregistry",
        sku: "Premium",
        replicas: ["northeurope"],
        cache: [{ upstream: "mcr.microsoft.com" }],
      },
      { resourceGroup: "shop-rg", name: "shopregistry", manage: false },
    ],
    ghcr: [{ owner: "acme", repository: "shop" }],
    dockerhub: [{ namespace: "acme", prefix: "shop" }],
    private: [{ server: "r.example.com", username: "push", password: PLANTED }],
  };

const RESOURCES: Answers = {
  "bot-core:index:GhcrRegistry": () => ({}),
  "bot-core:index:DockerHubRegistry": () => ({}),
  "bot-core:index:PrivateRegistry": () => ({}),
  ...GITHUB_ANSWERS,
  ...ACR_ANSWERS,
  ...ECR_ANSWERS,
  ...GAR_ANSWERS,
};

const CALLS: Calls = {
  ...EMPTY_ACCOUNT,
  ...garCalls({}),
  ...acrCalls({}),
  ...githubCalls(),
  "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": noOidcProvider,
};

/** Azure's ids name the subscription, and the program reads it there. */
class PlanRecorder extends Recorder {
  public override newResource(
    args: pulumi.runtime.MockResourceArgs,
  ): pulumi.runtime.MockResourceResult {
    const made = super.newResource(args);
    return args.type === REGISTRY ? { ...made, id: REGISTRY_ID } : made;
  }
}

/** Everything that a run of this configuration declares for registry and GitHub, `github` on. */
export async function planOf(
  provider: Kind,
  registry: Readonly<Record<string, unknown>>,
): Promise<readonly Planned[]> {
  const settings = settingsOf(provider, registry);
  const github = shop();
  const recorder = new PlanRecorder(RESOURCES, false, CALLS);
  await pulumi.runtime.setMocks(recorder, "bot-core", "prod", false, "organization");
  const options = recordOptions();
  const declared = await declareRegistry("registry", settings, argsOf(github));
  const variables = { DOCKER_REGISTRY: "server", ...declared.actionsVariables };
  await declareGithubActions("github", github, { variables, recorded: false });
  await allRegistered();
  return recorder.registrations.map((one) => ({
    ...one,
    options: options.get(`${one.type} ${one.name}`) ?? {},
  }));
}

/** The engine's refusals come as gRPC's errors do. */
function noOidcProvider(): never {
  const message = "reading IAM OIDC Provider: couldn't find resource";
  throw Object.assign(new Error(message), { details: message });
}

function settingsOf(provider: Kind, registry: Readonly<Record<string, unknown>>): RegistrySettings {
  const values = {
    provider,
    registry: JSON.stringify(registry),
    version: VERSION,
    ...{ host: "false", scan: "false", sbom: "false", sign: "false", verify: "false" },
  };
  return parseSettings({ values, secretKeys: new Set(["registry"]) }, {}).registry;
}

function argsOf(github: GithubRepositorySettings): RegistryArgs {
  return {
    services: ["web", "api"],
    builds: ["aa"],
    version: VERSION,
    platforms: ["linux/amd64", "linux/arm64"],
    retention: { keepVersions: 30, untaggedDays: 14, prDays: 14, deleteOnDestroy: false },
    github,
    source: { branch: "main", isDefaultBranch: true, dirty: false },
  };
}
