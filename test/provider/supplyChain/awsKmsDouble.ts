import { execFileSync } from "node:child_process";
import { createHash, createHmac, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Server, createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type KeyStoreDouble, KeyRing, bodyOf, listen } from "./keyStoreDouble";

const ACCESS_KEY = "AKIAEXAMPLEOFTESTS00";
const SECRET_KEY = "right-secret-key-0e77";
const WRONG_SECRET_KEY = "wrong-secret-key-ab31";
const SESSION_TOKEN = "session-token-d4f2";
const REGION = "eu-central-1";

const ALGORITHM = "ECDSA_SHA_256";
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/kms\/aws4_request), SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;
const Asked = z.object({
  KeyId: z.string(),
  Message: z.string().optional(),
  MessageType: z.literal("DIGEST").optional(),
  SigningAlgorithm: z.literal(ALGORITHM).optional(),
});

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** KMS says every refusal with 400. */
const fault = (type: string, message: string): Answer => ({
  status: 400,
  body: { __type: type, message },
});

/**
 * AWS KMS, as far as cosign asks it: JSON 1.1 over TLS, each request signed (Signature Version 4) by
 * temporary credentials. `asked` has the names of its operations.
 */
export class AwsKmsDouble implements KeyStoreDouble {
  public readonly secrets = [SECRET_KEY, WRONG_SECRET_KEY, SESSION_TOKEN];
  public readonly asked: string[] = [];
  public readonly forbidden = new Set<string>();
  private readonly ring: KeyRing;
  private readonly folder = mkdtempSync(join(tmpdir(), "sign-test-kms-"));
  private readonly certificate = join(this.folder, "cert.pem");
  private readonly server: Server;
  private port = 0;

  private constructor(keys: readonly string[]) {
    this.ring = new KeyRing(keys.map((key) => `alias/${key}`));
    const key = join(this.folder, "key.pem");
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
    execFileSync("openssl", [...made, "-keyout", key, "-out", this.certificate], {
      stdio: "ignore",
    });
    const tls = { key: readFileSync(key), cert: readFileSync(this.certificate) };
    this.server = createServer(tls, (incoming, response) => {
      void this.respond(incoming, response);
    });
  }

  public static async start(keys: readonly string[]): Promise<AwsKmsDouble> {
    const kms = new AwsKmsDouble(keys);
    kms.port = await listen(kms.server);
    return kms;
  }

  public reference(key: string): string {
    return `awskms://localhost:${this.port}/alias/${key}`;
  }

  public get env(): Record<string, string | undefined> {
    const nowhere = join(this.folder, "none");
    return {
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      AWS_SESSION_TOKEN: SESSION_TOKEN,
      AWS_REGION: REGION,
      AWS_CA_BUNDLE: this.certificate,
      // Whatever else is set up on this machine.
      ...{ AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere },
      ...{ AWS_PROFILE: undefined, AWS_EC2_METADATA_DISABLED: "true" },
    };
  }

  public get wrongEnv(): Record<string, string | undefined> {
    return { ...this.env, AWS_SECRET_ACCESS_KEY: WRONG_SECRET_KEY };
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
    this.ring.close();
    rmSync(this.folder, { recursive: true });
  }

  private async respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = this.answer(incoming, await bodyOf(incoming));
    response
      .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
      .end(JSON.stringify(body));
  }

  private answer(incoming: IncomingMessage, body: string): Answer {
    const operation = String(incoming.headers["x-amz-target"]).replace("TrentService.", "");
    const refusal = refusalOf(incoming, body);
    if (refusal !== undefined) return refusal;
    const { KeyId, Message } = Asked.parse(JSON.parse(body));
    if (this.forbidden.has(operation)) {
      const what = `kms:${operation} on resource: arn:aws:kms:${REGION}:111122223333:key/1`;
      const text = `not authorized to perform: ${what} with ${SESSION_TOKEN}`;
      return fault("AccessDeniedException", text);
    }
    const publicKey = this.ring.publicKey(KeyId);
    if (publicKey === undefined) return fault("NotFoundException", `Alias ${KeyId} is not found.`);
    this.asked.push(`${operation} ${KeyId.replace("alias/", "")}`);
    const common = { KeyId, KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" };
    const facts = { ...common, SigningAlgorithms: [ALGORITHM] };
    switch (operation) {
      case "GetPublicKey": {
        const der = createPublicKey(publicKey).export({ type: "spki", format: "der" });
        return { status: 200, body: { ...facts, PublicKey: der.toString("base64") } };
      }
      case "DescribeKey":
        return { status: 200, body: { KeyMetadata: { ...facts, Enabled: true } } };
      case "Sign": {
        const signature = this.ring.sign(KeyId, Buffer.from(Message ?? "", "base64"));
        return { status: 200, body: { KeyId, Signature: signature.toString("base64") } };
      }
      default:
        return fault("UnknownOperationException", operation);
    }
  }
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Computes the request's signature anew, as AWS does; undefined where it is right. */
function refusalOf({ method, headers }: IncomingMessage, body: string): Answer | undefined {
  const [, id, scope = "", signed = "", given] =
    AUTHORIZATION.exec(headers.authorization ?? "") ?? [];
  if (id !== ACCESS_KEY || headers["x-amz-security-token"] !== SESSION_TOKEN) {
    return fault("UnrecognizedClientException", "The security token is invalid.");
  }
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}`);
  const canonical = [method, "/", "", ...lines, "", signed, sha256(body)].join("\n");
  const date = String(headers["x-amz-date"]);
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET_KEY}`);
  const text = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  if (hmac(key, text).toString("hex") === given) return undefined;
  const expected = `The Canonical String for this request should have been\n'${canonical}'`;
  const why = "The request signature we calculated does not match the signature you provided.";
  return fault("InvalidSignatureException", `${why}\n\n${expected}`);
}
