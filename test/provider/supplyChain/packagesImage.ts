import { gzipSync } from "node:zlib";
import {
  OCI_CONFIG,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  type RegistryClient,
  digestOf,
} from "../../../lib/oci";

/** What is installed in an image: name and version. */
export interface Packages {
  readonly deb?: Readonly<Record<string, string>>;
  readonly npm?: Readonly<Record<string, string>>;
}

/**
 * Pushes an image of Debian 13 that has nothing but the records of such packages, and no program.
 * @param platform `os/arch[/variant]`
 * @returns digest of its manifest
 */
export async function pushPackages(
  client: RegistryClient,
  repository: string,
  platform: string,
  { deb = {}, npm = {} }: Packages,
): Promise<string> {
  const [os, architecture = "", variant] = platform.split("/");
  const tar = tarOf({
    "etc/os-release":
      'ID=debian\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
    // By this file trivy knows Debian.
    "etc/debian_version": "13.1\n",
    "var/lib/dpkg/status": Object.entries(deb)
      .map(([name, version]) => dpkgRecord(name, version, architecture))
      .join("\n"),
    ...Object.fromEntries(
      Object.entries(npm).map(([name, version]) => [
        `app/node_modules/${name}/package.json`,
        JSON.stringify({ name, version, license: "MIT" }),
      ]),
    ),
  });
  const layer = gzipSync(tar);
  const rootfs = { type: "layers", diff_ids: [digestOf(tar)] };
  const config = Buffer.from(JSON.stringify({ os, architecture, variant, config: {}, rootfs }));
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: await blob(client, repository, OCI_CONFIG, config),
    layers: [await blob(client, repository, OCI_LAYER_GZIP, layer)],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return client.putManifest(repository, digestOf(bytes), bytes, OCI_MANIFEST);
}

async function blob(
  client: RegistryClient,
  repository: string,
  mediaType: string,
  bytes: Buffer,
): Promise<{ mediaType: string; digest: string; size: number }> {
  return { mediaType, digest: await client.putBlob(repository, bytes), size: bytes.length };
}

function dpkgRecord(name: string, version: string, architecture: string): string {
  return [
    `Package: ${name}`,
    "Status: install ok installed",
    `Architecture: ${architecture}`,
    `Version: ${version}`,
    "Maintainer: tests <tests@example.com>",
    "Description: a package of the tests",
    "",
  ].join("\n");
}

const BLOCK = 512;

/** A ustar archive of plain files. */
function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).flatMap(([name, text]) => {
    const content = Buffer.from(text);
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [header(name, content.length), content, padding];
  });
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  };
  block.write(name, 0, "utf8");
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        0", 148, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
