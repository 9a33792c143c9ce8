import type { RegistryAccount } from "./registry";

/** How bad a finding is, worst first; the words of trivy and SARIF's consumers. */
export const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const SCANNERS = ["trivy", "grype"] as const;
export type ScannerName = (typeof SCANNERS)[number];

/** One finding that is known and accepted for a time. */
export interface IgnoreEntry {
  /** The finding's id as the scanner prints it, e.g. `CVE-2026-1234` or `GHSA-…`. */
  readonly id: string;
  /** Why it does no harm here. */
  readonly reason: string;
  /** Last day on which it counts, `YYYY-MM-DD` in UTC. */
  readonly expires: string;
  /** Name of the only package that it is for. Default: any. */
  readonly package?: string;
  /** Services that it is for. Default: all. */
  readonly services?: readonly string[];
  /** Where it stands, `scan-ignore.yaml:12`; for messages. */
  readonly at: string;
}

/** Which findings stop a release. */
export interface ScanPolicy {
  /** Default: trivy where it is on PATH, else grype. */
  readonly scanner?: ScannerName;
  readonly severities: readonly Severity[];
  /** true: a finding without a fixed version stops nothing. */
  readonly ignoreUnfixed: boolean;
  readonly ignores: readonly IgnoreEntry[];
}

/** How images are signed by cosign. */
export type SignPolicy =
  | {
      readonly kind: "keyless";
      /** File of a private Sigstore's services (`cosign signing-config`). Default: the public ones. */
      readonly signingConfig?: string;
      /** File with a private Sigstore's roots. Default: the public ones. */
      readonly trustedRoot?: string;
    }
  | {
      readonly kind: "key";
      /** File of a private key, or a KMS URI, e.g. `awskms:///alias/bot-core`. */
      readonly key: string;
      /** true: the signature is also entered in the public transparency log. */
      readonly transparencyLog: boolean;
    };

/** Whose signature an image needs. */
export type VerifyPolicy =
  | {
      readonly kind: "keyless";
      /** The certificate's identity, word for word or as a regular expression. */
      readonly identity: { readonly kind: "exact" | "pattern"; readonly value: string };
      /** Issuer of its OIDC token, e.g. `https://token.actions.githubusercontent.com`. */
      readonly issuer: string;
      /** File with a private Sigstore's roots. Default: the public ones. */
      readonly trustedRoot?: string;
    }
  | {
      readonly kind: "key";
      /** File of a public key, or a KMS URI. */
      readonly key: string;
      /** true: the signature has to stand in the transparency log too. */
      readonly transparencyLog: boolean;
    };

/** Number of findings by severity, ignored ones left out. */
export type SeverityCounts = Readonly<Record<Severity, number>>;

/** One image of a version, by names alone. */
export interface VersionImage {
  /** The service's name in the Compose file. */
  readonly service: string;
  /** `os/arch[/variant]` */
  readonly platform: string;
}

/** What a run knows of the version whose images it asks something of. None of it is a change. */
export interface AskedVersion {
  /** true: its tag stands in the registry. What is published is asked nothing again. */
  readonly published: boolean;
  /** All its images, for the summary of their reports. Default: those that have any. */
  readonly images?: readonly VersionImage[];
}

/** One platform's image of a service. */
interface PlatformTarget extends AskedVersion {
  readonly registry: RegistryAccount;
  /** Repository path without the server. */
  readonly repository: string;
  /** The service's name in the Compose file. */
  readonly service: string;
  /** The version that is being published; reports are filed under it. */
  readonly version: string;
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** `sha256:…` of the platform's manifest. */
  readonly digest: string;
}

/** Token `botcore:index:ImageScan`. One platform's image, scanned; fails where the policy forbids it. */
export interface ImageScanInputs extends PlatformTarget {
  readonly policy: ScanPolicy;
}

/** Without a scan's results where the version was published before there was one to pass. */
export interface ImageScanOutputs extends ImageScanInputs {
  readonly scanner?: { readonly name: ScannerName; readonly version: string };
  readonly counts?: SeverityCounts;
  /** Findings that an ignore entry covers. */
  readonly ignored?: number;
  /** Digest of the SARIF report that is attached to the image. */
  readonly report?: string;
}

/** Token `botcore:index:ImageSbom`. One platform's bill of materials, attached to its image. */
export type ImageSbomInputs = PlatformTarget;

/** Without a document where the version was published before one was asked for. */
export interface ImageSbomOutputs extends ImageSbomInputs {
  /** Packages that it lists. */
  readonly packages?: number;
  /** Digest of the manifest by which it is attached. */
  readonly attached?: string;
  /** Version of syft. */
  readonly tool?: string;
}

/** A platform image and the bill of materials that is attested for it. */
export interface SignedPlatform {
  readonly platform: string;
  readonly digest: string;
  /** Digest of the manifest by which its SBOM is attached. Absent: none is attested. */
  readonly sbom?: string | undefined;
}

/** One service's index with its platforms' images. */
interface IndexTarget {
  readonly registry: RegistryAccount;
  /** Repository path without the server. */
  readonly repository: string;
  /** The service's name in the Compose file. */
  readonly service: string;
  /** The version that is being published. */
  readonly version: string;
  /** `sha256:…` of the index. */
  readonly digest: string;
  readonly platforms: readonly SignedPlatform[];
}

/** Token `botcore:index:ImageSignature`. Signs an index and its images, and attests their SBOMs. */
export interface ImageSignatureInputs extends IndexTarget {
  readonly policy: SignPolicy;
}

export interface ImageSignatureOutputs extends ImageSignatureInputs {
  /** Version of cosign. */
  readonly tool: string;
  /** Digest of the public half of the key file that signed. Absent: not known where it signed. */
  readonly publicKey?: string;
}

/** Token `botcore:index:ImageVerification`. The gate before VERSION: what others will check is checked. */
export interface ImageVerificationInputs extends IndexTarget {
  readonly policy: VerifyPolicy;
}

export interface ImageVerificationOutputs extends ImageVerificationInputs {
  /** Digest of the key in the file that it was verified by. Absent: it was none. */
  readonly publicKey?: string;
}
