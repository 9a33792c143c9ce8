import {
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  type RegistryClient,
} from "../../../../lib/oci";

/** Pushes an image of one small layer; another content gives another image. */
export async function pushTinyImage(
  client: RegistryClient,
  repository: string,
  platform: string,
  content: string,
  tag?: string,
): Promise<string> {
  const [os, architecture, variant] = platform.split("/");
  const layer = Buffer.from(`layer ${content}`);
  const config = Buffer.from(JSON.stringify({ os, architecture, variant, content }));
  const descriptors = {
    config: {
      mediaType: OCI_CONFIG,
      digest: await client.putBlob(repository, config),
      size: config.length,
    },
    layers: [
      {
        mediaType: OCI_LAYER_GZIP,
        digest: await client.putBlob(repository, layer),
        size: layer.length,
      },
    ],
  };
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, ...descriptors };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return client.putManifest(
    repository,
    tag ?? digestTag(content, architecture),
    bytes,
    OCI_MANIFEST,
  );
}

/** Wraps an image as BuildKit does: an index of the image and an attestation. */
export async function wrapWithAttestation(
  client: RegistryClient,
  repository: string,
  platform: string,
  digest: string,
): Promise<string> {
  const [os, architecture] = platform.split("/");
  const attestation = await pushTinyImage(client, repository, "unknown/unknown", "attestation");
  const child = await client.getManifest(repository, digest);
  const manifests = [
    { mediaType: OCI_MANIFEST, digest, size: child?.size, platform: { os, architecture } },
    {
      mediaType: OCI_MANIFEST,
      digest: attestation,
      size: (await client.getManifest(repository, attestation))?.size,
      platform: { os: "unknown", architecture: "unknown" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest" },
    },
  ];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  return client.putManifest(repository, `wrapped-${architecture ?? ""}`, bytes, OCI_INDEX);
}

function digestTag(content: string, architecture: string | undefined): string {
  return `pb-${content.replace(/[^a-z0-9]/g, "")}-${architecture ?? ""}`;
}
