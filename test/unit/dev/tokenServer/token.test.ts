import assert from "node:assert/strict";
import { X509Certificate, verify } from "node:crypto";
import {
  createSigningIdentity,
  readSigningIdentity,
} from "../../../../dev/tokenServer/certificate";
import { signToken } from "../../../../dev/tokenServer/token";

const NOW = new Date("2026-03-01T12:00:00Z");
const identity = createSigningIdentity("test issuer", NOW);
const claims = {
  issuer: "test issuer",
  audience: "localhost:5005",
  subject: "push",
  access: [{ type: "repository", name: "a/b", actions: ["pull"] }],
};

function decode(part: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(part ?? "", "base64url").toString()) as Record<string, unknown>;
}

describe("dev/tokenServer/certificate", () => {
  const certificate = new X509Certificate(identity.certificate);

  it("makes a certificate that its own key has signed", () => {
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.subject, "CN=test issuer");
    assert.equal(certificate.issuer, "CN=test issuer");
  });

  it("is valid from an hour before for ten years", () => {
    assert.equal(new Date(certificate.validFrom).toISOString(), "2026-03-01T11:00:00.000Z");
    assert.equal(new Date(certificate.validTo).toISOString(), "2036-02-27T12:00:00.000Z");
  });

  it("writes years from 2050 on in the long form", () => {
    const late = createSigningIdentity("late", new Date("2045-01-01T00:00:00Z"));
    const { validTo } = new X509Certificate(late.certificate);
    assert.equal(new Date(validTo).getUTCFullYear(), 2054);
  });

  it("belongs to the private key", () => {
    const { key } = readSigningIdentity(identity);
    assert.equal(certificate.checkPrivateKey(key), true);
  });
});

describe("dev/tokenServer/token", () => {
  const signer = readSigningIdentity(identity);
  const token = signToken(claims, signer, NOW);
  const [header, body, signature] = token.split(".");

  it("says what was asked to be said, for five minutes", () => {
    const { jti, ...rest } = decode(body);
    const seconds = NOW.getTime() / 1000;
    assert.equal(typeof jti, "string");
    assert.deepEqual(rest, {
      iss: "test issuer",
      aud: "localhost:5005",
      sub: "push",
      iat: seconds,
      nbf: seconds - 30,
      exp: seconds + 300,
      access: claims.access,
    });
  });

  it("carries the certificate that the registry trusts", () => {
    const { x5c, ...rest } = decode(header) as { x5c: string[] };
    assert.deepEqual(rest, { typ: "JWT", alg: "ES256" });
    const carried = new X509Certificate(Buffer.from(x5c[0] ?? "", "base64"));
    assert.equal(carried.fingerprint256, new X509Certificate(identity.certificate).fingerprint256);
  });

  it("is signed as RFC 7518 wants ES256: 64 bytes, r and s", () => {
    const bytes = Buffer.from(signature ?? "", "base64url");
    assert.equal(bytes.length, 64);
    const { publicKey } = new X509Certificate(identity.certificate);
    const text = Buffer.from(`${header}.${body}`);
    assert.equal(
      verify("sha256", text, { key: publicKey, dsaEncoding: "ieee-p1363" }, bytes),
      true,
    );
  });

  it("never gives two tokens the same id", () => {
    const other = decode(signToken(claims, signer, NOW).split(".")[1]);
    assert.notEqual(other["jti"], decode(body)["jti"]);
  });
});
