import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../lib/errors";
import type {
  CredentialSource,
  RegistryAccount,
  RegistryEndpoint,
} from "../../lib/resources/registry";
import type { RegistrySettings } from "../../lib/settings/settings";
import { RegistryAccess } from "../botcore/registryAccess";
import { type AccountInput, accountInput, dockerRegistryArgs } from "./account";
import type { Registry, RegistryArgs, RegistryPlace } from "./contract";
import { registryPlace } from "./place";

/** What a kind of registry declares of its own before push and pull are proven. */
export interface Declared {
  /** Identity that the host pulls with. Default: the settings' own. */
  readonly pull?: pulumi.Input<CredentialSource>;
  /** The same at `pullEndpoint`, where that is another one. Default: `pull`. */
  readonly pullThere?: pulumi.Input<CredentialSource>;
  /** Resources that must stand before the first push. */
  readonly before: readonly pulumi.Resource[];
  readonly actionsVariables?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Servers that hold a copy, by region. */
  readonly replicas?: Readonly<Record<string, string>>;
  /** Outputs of the component beside server and repositories. */
  readonly outputs?: pulumi.Inputs;
}

/**
 * What registries of every kind have in common: names, identities and the proof of access, which
 * comes after everything that the kind declares.
 */
export abstract class RegistryComponent extends pulumi.ComponentResource implements Registry {
  public readonly kind: RegistrySettings["kind"];
  public readonly endpoint: RegistryEndpoint;
  public readonly account: RegistryAccount;
  public readonly lookUp: CredentialSource;
  public readonly accountInput: AccountInput;
  public readonly pullAccountInput: AccountInput;
  public readonly pullEndpoint: RegistryEndpoint;
  public readonly managed: boolean;
  public readonly makesServer: boolean;
  public readonly replicas: Readonly<Record<string, string>>;
  public readonly repositories: pulumi.Output<Readonly<Record<string, string>>>;
  public readonly access: RegistryAccess;
  public readonly actionsVariables: Readonly<Record<string, pulumi.Input<string>>>;
  private readonly place: RegistryPlace;
  private readonly readDockerRegistry: () => pulumi.Input<docker.types.input.Registry>;
  private dockerRegistryOnce: pulumi.Input<docker.types.input.Registry> | undefined;

  /** @param declare declares the kind's own resources, as children of the component */
  protected constructor(
    type: string,
    name: string,
    settings: RegistrySettings,
    { services, builds, serverIsThere = true }: RegistryArgs,
    declare: (parent: pulumi.ComponentResource) => Declared,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, {}, opts);
    this.place = registryPlace(settings);
    this.kind = settings.kind;
    this.endpoint = settings.endpoint;
    this.account = settings.account;
    this.lookUp = settings.lookUp;
    this.managed = settings.manage;
    this.makesServer = this.place.makesServer;
    this.pullEndpoint = this.place.pullEndpoint;
    const named = [...services].sort();
    const paths = named.map((service) => this.checkedPath(service));
    const { pull, pullThere, before, actionsVariables, replicas, outputs } = declare(this);
    this.actionsVariables = actionsVariables ?? {};
    this.replicas = replicas ?? {};
    this.accountInput = accountInput(settings.account, pull);
    this.pullAccountInput = this.accountThere(pullThere ?? pull);
    this.access = new RegistryAccess(
      `${name}-access`,
      { registry: this.accountInput, repositories: paths, builds: [...builds].sort() },
      { parent: this, dependsOn: [...before] },
    );
    const read = (): Promise<docker.types.input.Registry> => dockerRegistryArgs(settings.account);
    // A server that this run makes gives no login before the proof of access has had one.
    this.readDockerRegistry = serverIsThere ? read : () => this.access.id.apply(read);
    this.repositories = pulumi.output(this.imageNames(named));
    this.registerOutputs({
      server: this.endpoint.server,
      repositories: this.repositories,
      ...outputs,
    });
  }

  /** Read at the first use, so that a run that builds nothing needs no push credential. */
  public get dockerRegistry(): pulumi.Input<docker.types.input.Registry> {
    this.dockerRegistryOnce ??= this.readDockerRegistry();
    return this.dockerRegistryOnce;
  }

  public repositoryPath(service: string): string {
    return this.place.repositoryPath(service);
  }

  public imageName(service: string): string {
    return this.place.imageName(service);
  }

  public pullImageName(service: string): string {
    return this.place.pullImageName(service);
  }

  /** The account at `pullEndpoint`, which may be another place than the push goes to. */
  private accountThere(pull: pulumi.Input<CredentialSource> | undefined): AccountInput {
    if (this.pullEndpoint === this.endpoint) return this.accountInput;
    return accountInput({ ...this.account, endpoint: this.pullEndpoint }, pull);
  }

  private imageNames(services: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(services.map((service) => [service, this.imageName(service)]));
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
