import assert from "node:assert/strict";
import { findDockerCli } from "../../../dev/dockerCli";
import {
  REGISTRY_CONTAINER,
  type TestRegistry,
  startTestRegistry,
} from "../../../dev/localRegistry";
import { skip } from "../../../dev/skip";
import { EVERYTHING, PULL_ONLY, tokenUser } from "../../../dev/tokenServer/access";
import { UserError } from "../../../lib/errors";
import { RegistryClient } from "../../../lib/oci";
import { run } from "../../../lib/process/run";
import type { ScanPolicy, ScannerName } from "../../../lib/resources/supplyChain";
import { type ImageAccess, type ScanReport, scanImage } from "../../../lib/supplyChain";
import { type Packages, pushPackages } from "./packagesImage";
import { type VulnerabilityDb, makeVulnerabilityDb, missingMaker } from "./vulnerabilityDb";

const REPOSITORY = "scan-test/web";
const PUSH = { username: "push", password: "push-pw-5b2f" };
export const PULL = { username: "pull", password: "pull-pw-a5c0" };

/** What an image has, by what the tests' advisories say of it. */
export const CRITICAL: Packages = { deb: { "libtest-critical": "1.2.3-4" } };
export const UNFIXED: Packages = { deb: { "libtest-unfixed": "1.0-1" } };
export const LOW: Packages = { npm: { "test-low": "1.0.0" } };
export const CLEAN: Packages = {
  deb: { "libtest-critical": "1.2.3-4+deb13u1" },
  npm: { "test-low": "2.0.0" },
};
export const IGNORED = `ignores:
  - {id: CVE-2026-10001, reason: not reachable here, expires: 2026-12-31, package: libtest-critical}
`;

/** A registry that asks for a login, and a scanner with a database of the tests' advisories. */
export class ScanWorld {
  private registry: TestRegistry | undefined;
  private made: VulnerabilityDb | undefined;
  private pusher: RegistryClient | undefined;
  private readonly environment = { ...process.env };

  public constructor(private readonly scanner: ScannerName) {}

  public get database(): VulnerabilityDb {
    assert.ok(this.made !== undefined, "the world was not started");
    return this.made;
  }
  public get client(): RegistryClient {
    assert.ok(this.pusher !== undefined, "the world was not started");
    return this.pusher;
  }
  public readonly repository = REPOSITORY;

  public async start(context: Mocha.Context, name: string, port: number): Promise<void> {
    const docker = (await findDockerCli()) ?? "";
    const up = docker !== "" && (await run(docker, ["inspect", REGISTRY_CONTAINER])).code === 0;
    if (!up) skip(context, `the dev registry ${REGISTRY_CONTAINER} is not set up`);
    const found = await run(this.scanner, ["--version"]).catch(() => undefined);
    if (found?.code !== 0) skip(context, `no ${this.scanner} on PATH`);
    const missing = missingMaker(this.scanner);
    if (missing !== undefined) skip(context, missing);
    this.made = await makeVulnerabilityDb(this.scanner);
    Object.assign(process.env, this.made.env);
    this.registry = await startTestRegistry({
      ...{ name, port },
      users: [
        tokenUser(PUSH.username, PUSH.password, EVERYTHING),
        tokenUser(PULL.username, PULL.password, PULL_ONLY),
      ],
    });
    const endpoint = { server: this.registry.server, insecure: true };
    this.pusher = new RegistryClient(endpoint, PUSH);
  }

  public async close(): Promise<void> {
    this.restore();
    this.made?.remove();
    await this.registry?.close();
  }

  /** Takes back what a test changed in the environment, the database's variables too. */
  private restore(): void {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.environment)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, this.environment);
  }

  /** Runs with other variables. */
  public async withEnvironment(
    variables: Readonly<Record<string, string>>,
    work: () => Promise<void>,
  ): Promise<void> {
    Object.assign(process.env, variables);
    try {
      await work();
    } finally {
      this.restore();
      Object.assign(process.env, this.database.env);
    }
  }

  public policy(changes: Partial<ScanPolicy> = {}): ScanPolicy {
    const severities = ["HIGH", "CRITICAL"] as const;
    return { scanner: this.scanner, severities, ignoreUnfixed: true, ignores: [], ...changes };
  }

  public access(digest: string): ImageAccess {
    const endpoint = { server: this.registry?.server ?? "", insecure: true };
    return { endpoint, credentials: PULL, repository: REPOSITORY, digest };
  }

  public async push(packages: Packages, platform = "linux/amd64"): Promise<ImageAccess> {
    return this.access(await pushPackages(this.client, REPOSITORY, platform, packages));
  }

  public async scanned(
    packages: Packages,
    platform = "linux/amd64",
  ): Promise<{ image: ImageAccess; report: ScanReport }> {
    const image = await this.push(packages, platform);
    return { image, report: await scanImage(image, platform, this.policy()) };
  }
}

/** That a scan came to no end, in which words, and without a password in them. */
export async function failsToScan(work: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, "scan-failed", error.message);
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /-pw-/);
    return true;
  });
}
