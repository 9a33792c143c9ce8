import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../lib/errors";
import type { RegistryAccount, RegistryEndpoint } from "../../lib/resources/registry";
import type { PrivateRegistrySettings } from "../../lib/settings/settings";
import { RegistryAccess } from "../botcore/registryAccess";
import { accountInput, dockerRegistryArgs } from "./account";
import type { Registry, RegistryArgs, RegistryPlace } from "./contract";
import { registryPlace } from "./place";

export interface PrivateRegistryArgs extends RegistryArgs {
  readonly settings: PrivateRegistrySettings;
}

/**
 * A registry that somebody runs already. It owns the proof of access alone: repositories come into
 * being with the first push, and deleting this removes nothing from the registry.
 */
export class PrivateRegistry extends pulumi.ComponentResource implements Registry {
  public readonly kind = "private";
  public readonly endpoint: RegistryEndpoint;
  public readonly account: RegistryAccount;
  public readonly accountInput: pulumi.Output<RegistryAccount>;
  public readonly repositories: pulumi.Output<Readonly<Record<string, string>>>;
  public readonly access: RegistryAccess;
  private readonly place: RegistryPlace;
  private dockerRegistryOnce: Promise<docker.types.input.Registry> | undefined;

  public constructor(
    name: string,
    { settings, services, builds }: PrivateRegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("bot-core:index:PrivateRegistry", name, {}, opts);
    this.place = registryPlace(settings);
    this.endpoint = settings.endpoint;
    this.account = settings.account;
    const named = [...services].sort();
    const paths = named.map((service) => this.checkedPath(service));
    this.accountInput = accountInput(settings.account);
    this.access = new RegistryAccess(
      `${name}-access`,
      { registry: this.accountInput, repositories: paths, builds: [...builds].sort() },
      { parent: this },
    );
    this.repositories = pulumi.output(
      Object.fromEntries(named.map((service) => [service, this.imageName(service)])),
    );
    this.registerOutputs({ server: this.endpoint.server, repositories: this.repositories });
  }

  /** Read at the first use, so that a run that builds nothing needs no push credential. */
  public get dockerRegistry(): pulumi.Input<docker.types.input.Registry> {
    this.dockerRegistryOnce ??= dockerRegistryArgs(this.account);
    return this.dockerRegistryOnce;
  }

  public repositoryPath(service: string): string {
    return this.place.repositoryPath(service);
  }

  public imageName(service: string): string {
    return this.place.imageName(service);
  }

  private checkedPath(service: string): string {
    try {
      return this.repositoryPath(service);
    } catch (error) {
      if (error instanceof UserError) throw new pulumi.ResourceError(error.message, this, true);
      throw error;
    }
  }
}
