import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A store of keys on loopback, as cosign reaches it. */
export interface KeyStoreDouble {
  /** What config key `sign.key` says for one of its keys. */
  reference(key: string): string;
  /** Variables by which cosign finds it and logs in; undefined removes one. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Those that it gets with another login, which the store does not know. */
  readonly wrongEnv: Readonly<Record<string, string | undefined>>;
  /** What of both is nobody's business. It repeats them in each refusal: no message may tell them. */
  readonly secrets: readonly string[];
  /** What it answered and did not refuse, `OPERATION KEY`, oldest first. */
  readonly asked: string[];
  /** Operations that it refuses whoever asks, as a store does without that right. */
  readonly forbidden: Set<string>;
  close(): void;
}

/**
 * Keys of ECDSA P-256 under their names, which sign and verify digests: cosign sends no more to a store.
 * By openssl, as node's crypto hashes whatever it signs.
 */
export class KeyRing {
  private readonly folder = mkdtempSync(join(tmpdir(), "sign-test-store-"));
  /** PEM of the public halves. */
  private readonly publicKeys = new Map<string, string>();

  public constructor(names: readonly string[]) {
    for (const name of names) this.make(name);
  }

  /** Makes a key; one of that name before is gone. */
  public make(name: string): void {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(this.file(name), privateKey.export({ type: "pkcs8", format: "pem" }));
    this.publicKeys.set(name, publicKey.export({ type: "spki", format: "pem" }).toString());
  }

  /** PEM; undefined where it has no such key. */
  public publicKey(name: string): string | undefined {
    return this.publicKeys.get(name);
  }

  public sign(name: string, digest: Buffer): Buffer {
    const key = ["-inkey", this.file(name)];
    return execFileSync("openssl", ["pkeyutl", "-sign", ...key], { input: digest });
  }

  public verify(name: string, digest: Buffer, signature: Buffer): boolean {
    const file = join(this.folder, "signature");
    writeFileSync(file, signature);
    const args = ["pkeyutl", "-verify", "-inkey", this.file(name), "-sigfile", file];
    try {
      execFileSync("openssl", args, { input: digest, stdio: ["pipe", "ignore", "ignore"] });
      return true;
    } catch {
      return false;
    }
  }

  public close(): void {
    rmSync(this.folder, { recursive: true });
  }

  private file(name: string): string {
    return join(this.folder, `${name.replaceAll("/", "+")}.pem`);
  }
}

/** @returns its port on loopback */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return (server.address() as AddressInfo).port;
}

export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // A request's stream gives buffers as long as nobody sets an encoding.
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * Sets variables of this process, which every cosign inherits; undefined removes one.
 * @returns puts back what was there
 */
export function setVariables(variables: KeyStoreDouble["env"]): () => void {
  const before = Object.fromEntries(
    Object.keys(variables).map((name) => [name, process.env[name]] as const),
  );
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  return () => void setVariables(before);
}

/** A bill of materials with nothing in it: what may be attested needs no more than its image. */
export function tinySbom(digest: string): Buffer {
  const image = { SPDXID: "SPDXRef-image", name: "image", versionInfo: digest };
  const describes = {
    ...{ spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES" },
    relatedSpdxElement: image.SPDXID,
  };
  const document = { spdxVersion: "SPDX-2.3", SPDXID: "SPDXRef-DOCUMENT", packages: [image] };
  return Buffer.from(JSON.stringify({ ...document, relationships: [describes] }));
}
