import type { RegistryClient } from "../oci";
import type { BaseReference } from "./reference";

/** The part of a registry's client that is used here. */
export type TagReader = Pick<RegistryClient, "headManifest">;

export interface AskOptions {
  /** The client of a server as image references name it, e.g. `docker.io`. */
  readonly clientOf: (server: string) => Promise<TagReader>;
  /** Called before a registry is asked, with the image. Default: nobody. */
  readonly onAsk?: (image: string) => void;
}

/** Asks registries what tags stand for, once for each tag. */
export class TagAsker {
  private readonly clients = new Map<string, Promise<TagReader>>();
  private readonly digests = new Map<string, Promise<string>>();

  public constructor(private readonly options: AskOptions) {}

  /**
   * @returns `sha256:…` of the index, or of the single image
   * @throws UserError of the login and the registry, an Error where there is no such tag
   */
  public digestOf({ server, repository, tag = "latest" }: BaseReference): Promise<string> {
    const image = `${server}/${repository}:${tag}`;
    const digest = this.digests.get(image) ?? this.ask(server, repository, tag);
    this.digests.set(image, digest);
    return digest;
  }

  private async ask(server: string, repository: string, tag: string): Promise<string> {
    this.options.onAsk?.(`${server}/${repository}:${tag}`);
    const opening = this.clients.get(server) ?? this.options.clientOf(server);
    this.clients.set(server, opening);
    const head = await (await opening).headManifest(repository, tag);
    if (head !== undefined) return head.digest;
    throw new Error(`\`${server}/${repository}\` has no tag \`${tag}\`; correct the reference`);
  }
}
