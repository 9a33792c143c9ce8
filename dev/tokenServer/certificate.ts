import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/**
 * A signing key and the self-signed certificate by which a registry trusts it. Node makes no
 * certificates, and openssl may be missing, so the few lines of DER stand here (RFC 5280).
 */
export interface SigningIdentity {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** PEM; what a registry takes as `rootcertbundle`. */
  readonly certificate: string;
}

const OID_COMMON_NAME = "550403";
const OID_ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

/** Makes a P-256 key with a certificate that is valid from an hour ago for ten years. */
export function createSigningIdentity(commonName: string, now = new Date()): SigningIdentity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const HOUR_MS = 3600 * 1000;
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.from([1])),
    algorithm(),
    nameOf(commonName),
    sequence(time(new Date(now.getTime() - HOUR_MS)), time(new Date(now.getTime() + TEN_YEARS_MS))),
    nameOf(commonName),
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm(), bitString(signature));
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: pem("CERTIFICATE", certificate),
  };
}

/** The parts of an identity as a token's header and signature need them. */
export function readSigningIdentity({ privateKey, certificate }: SigningIdentity): {
  key: KeyObject;
  x5c: string;
} {
  const key = createPrivateKey(privateKey);
  createPublicKey(certificate); // a certificate that does not parse is refused at once
  return { key, x5c: certificate.replace(/-----[A-Z ]+-----|\s/g, "") };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function algorithm(): Buffer {
  return sequence(tagged(0x06, Buffer.from(OID_ECDSA_WITH_SHA256, "hex")));
}

function nameOf(commonName: string): Buffer {
  const attribute = sequence(
    tagged(0x06, Buffer.from(OID_COMMON_NAME, "hex")),
    tagged(0x0c, Buffer.from(commonName, "utf8")),
  );
  return sequence(tagged(0x31, attribute));
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+Z$|[-:T]/g, "");
  const FIRST_GENERALIZED_YEAR = 2050;
  if (date.getUTCFullYear() >= FIRST_GENERALIZED_YEAR) {
    return tagged(0x18, Buffer.from(`${digits}Z`));
  }
  return tagged(0x17, Buffer.from(`${digits.slice(2)}Z`));
}

function integer(value: Buffer): Buffer {
  return tagged(0x02, value);
}

function bitString(value: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), value]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function explicit(number: number, content: Buffer): Buffer {
  return tagged(0xa0 + number, content);
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  const LONGEST_SHORT_FORM = 127;
  if (length <= LONGEST_SHORT_FORM) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
}
