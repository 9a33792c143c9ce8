import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Exchange } from "../exchange";

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;

/** What a request's `Authorization` says, before it is believed. */
export interface Signed {
  readonly keyId: string;
  readonly region: string;
  /** Whether the holder of this secret signed this very request (AWS Signature Version 4). */
  readonly by: (secret: string) => boolean;
}

/** undefined: the request is not signed. */
export function signatureOf({ request, method, url }: Exchange, body: Buffer): Signed | undefined {
  const found = HEADER.exec(request.headers.authorization ?? "");
  if (found === null) return undefined;
  const [, keyId = "", day = "", region = "", service = "", names = "", signature = ""] = found;
  const header = (name: string): string => {
    const value = request.headers[name];
    return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim();
  };
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const canonical = [
    ...[method, url.pathname, query.sort().join("&")],
    ...names.split(";").map((name) => `${name}:${header(name)}`),
    ...["", names, sha256(body)],
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", header("x-amz-date"), scope, sha256(canonical)].join("\n");
  return {
    keyId,
    region,
    by: (secret) => {
      const key = [day, region, service, "aws4_request"].reduce<Buffer>(
        (key, part) => hmac(key, part),
        Buffer.from(`AWS4${secret}`),
      );
      return timingSafeEqual(hmac(key, text), Buffer.from(signature, "hex"));
    },
  };
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}
