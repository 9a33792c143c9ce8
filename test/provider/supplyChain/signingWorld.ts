import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  type TestRegistry,
  startTestRegistry,
} from "../../../dev/localRegistry";
import { skip } from "../../../dev/skip";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { OCI_INDEX, OCI_MANIFEST, RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import type { ImageAccess } from "../../../lib/supplyChain";
import { pushPackages } from "./packagesImage";

export const PUSH = { username: "push", password: "push-pw-3d91" };
export const PULL = { username: "pull", password: "pull-pw-c2e7" };
export const KEY_PASSWORD = "key-pw-88f0";
export const PLATFORMS = ["linux/amd64", "linux/arm64"] as const;

/** The lines of cosign that are used, and the variable that names the program of the older one. */
export const COSIGNS = [
  { line: "cosign 3", variable: undefined },
  { line: "cosign 2", variable: "COSIGN2" },
] as const;

/** An index that was pushed, and its images. */
export interface PushedIndex {
  readonly digest: string;
  readonly platforms: readonly { readonly platform: string; readonly digest: string }[];
}

/** A registry that asks for a login, and keys. */
export class SigningWorld {
  private registry: TestRegistry | undefined;
  private readonly environment = { ...process.env };
  public readonly folder = mkdtempSync(join(tmpdir(), "sign-test-"));

  public async start(context: Mocha.Context, name: string, port: number): Promise<void> {
    const docker = (await findDockerCli()) ?? "";
    const up = docker !== "" && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
    if (!up) skip(context, `the dev registry ${REGISTRY_CONTAINER} is not set up`);
    this.registry = await startTestRegistry({
      ...{ name, port },
      users: [
        tokenUser(PUSH.username, PUSH.password, EVERYTHING),
        tokenUser(PULL.username, PULL.password, PULL_ONLY),
      ],
    });
    process.env["COSIGN_PASSWORD"] = KEY_PASSWORD;
  }

  public async close(): Promise<void> {
    Object.assign(process.env, { COSIGN_PASSWORD: undefined }, this.environment);
    if (this.environment["COSIGN_PASSWORD"] === undefined) delete process.env["COSIGN_PASSWORD"];
    rmSync(this.folder, { recursive: true, force: true });
    await this.registry?.close();
  }

  public get server(): TestRegistry {
    if (this.registry === undefined) throw new Error("the registry was not started");
    return this.registry;
  }

  /** Puts one line of cosign first on PATH. */
  public async useCosign(context: Mocha.Context, variable: string | undefined): Promise<void> {
    process.env["PATH"] = this.environment["PATH"];
    if (variable !== undefined) {
      const program = process.env[variable];
      if (program === undefined) skip(context, `no second cosign in the variable ${variable}`);
      const bin = mkdtempSync(join(this.folder, "bin-"));
      symlinkSync(program, join(bin, "cosign"));
      process.env["PATH"] = [bin, this.environment["PATH"]].join(delimiter);
    }
    const cosign = await run("cosign", ["version"]).catch(() => undefined);
    if (cosign?.code !== 0) skip(context, "no cosign on PATH");
  }

  /** Makes a key pair; cosign adds `.key` and `.pub`. */
  public async makeKey(name: string): Promise<string> {
    const prefix = join(this.folder, name);
    const made = await run("cosign", ["generate-key-pair", "--output-key-prefix", prefix]);
    if (made.code !== 0) throw new Error(made.stderr);
    return prefix;
  }

  public client(): RegistryClient {
    return new RegistryClient({ server: this.server.server, insecure: true }, PUSH);
  }

  public access(repository: string, digest: string, credentials = PUSH): ImageAccess {
    const endpoint = { server: this.server.server, insecure: true };
    return { endpoint, credentials, repository, digest };
  }

  /** Pushes an index of two platforms; another content gives other images. */
  public async push(repository: string, version: string, content: string): Promise<PushedIndex> {
    const client = this.client();
    const platforms: { platform: string; digest: string }[] = [];
    for (const platform of PLATFORMS) {
      const packages = { deb: { libtest: content }, npm: { "test-app": "1.0.0" } };
      platforms.push({
        platform,
        digest: await pushPackages(client, repository, platform, packages),
      });
    }
    const digest = await this.pushIndex(repository, version, platforms);
    return { digest, platforms };
  }

  public async pushIndex(
    repository: string,
    version: string,
    platforms: PushedIndex["platforms"],
  ): Promise<string> {
    const client = this.client();
    const manifests: object[] = [];
    for (const { platform, digest } of platforms) {
      const [os, architecture] = platform.split("/");
      const head = await client.headManifest(repository, digest);
      const size = head?.size;
      manifests.push({ mediaType: OCI_MANIFEST, digest, size, platform: { os, architecture } });
    }
    const annotations = { "org.opencontainers.image.version": version };
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations };
    return client.putManifest(repository, version, Buffer.from(JSON.stringify(index)), OCI_INDEX);
  }
}
