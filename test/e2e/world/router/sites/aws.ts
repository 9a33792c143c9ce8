import { randomBytes } from "node:crypto";
import { AWS_ACCOUNT, AWS_REGIONS } from "../../hosts";
import { mayAssume } from "../cloud/aws";
import type { CloudStore } from "../cloud/store";
import { bodyOf, type Exchange, sendJson, type Site } from "../exchange";
import { PLANTED, type Tokens } from "../tokens";
import { signatureOf } from "./awsSignature";
import { ecrRegistry } from "./ecr";
import { answerImages, type ImagesCall } from "./ecrApi";

/** Access keys of the account's users. `reader` may read images, and assume roles. */
export const AWS_KEYS = {
  deployer: { id: "AKIAPLANTEDDEPLOYER1", secret: `${PLANTED}aws-secret` },
  deployerRotated: { id: "AKIAPLANTEDDEPLOYER2", secret: `${PLANTED}aws-secret-rotated` },
  reader: { id: "AKIAPLANTEDREADER001", secret: `${PLANTED}aws-secret-reader` },
} as const;

export const DEPLOYER = `arn:aws:iam::${AWS_ACCOUNT}:user/deployer`;
export const READER = `arn:aws:iam::${AWS_ACCOUNT}:user/reader`;

interface Holder {
  readonly secret: string;
  readonly arn: string;
  /** Of a role's session. */
  readonly sessionToken?: string;
}

const USERS: readonly (readonly [string, Holder])[] = [
  [AWS_KEYS.deployer.id, { secret: AWS_KEYS.deployer.secret, arn: DEPLOYER }],
  [AWS_KEYS.deployerRotated.id, { secret: AWS_KEYS.deployerRotated.secret, arn: DEPLOYER }],
  [AWS_KEYS.reader.id, { secret: AWS_KEYS.reader.secret, arn: READER }],
];

const HOUR = 3600;
const ECR_HOURS = 12;
/** Audience of the session tokens of roles, and of ECR's tokens. */
const SESSIONS = "aws";

/** STS and ECR: every call is signed, and the signature is checked. */
export function aws(tokens: Tokens, cloud: CloudStore): readonly Site[] {
  const holders = new Map(USERS);
  const serve =
    (
      answer: (
        exchange: Exchange,
        holder: Holder,
        body: Buffer,
        region: string,
      ) => void | Promise<void>,
    ) =>
    async (exchange: Exchange): Promise<void> => {
      const body = await bodyOf(exchange);
      const signed = signatureOf(exchange, body);
      const holder = holders.get(signed?.keyId ?? "");
      const session = exchange.request.headers["x-amz-security-token"];
      if (signed === undefined || holder === undefined || !signed.by(holder.secret)) {
        awsError(
          exchange,
          403,
          "InvalidClientTokenId",
          "The security token included in the request is invalid.",
        );
      } else if (holder.sessionToken !== undefined && isEnded(tokens, holder, session)) {
        awsError(
          exchange,
          403,
          "ExpiredTokenException",
          "The security token included in the request is expired",
        );
      } else {
        exchange.subject = holder.arn;
        await answer(exchange, holder, body, signed.region);
      }
    };
  const sts = serve((exchange, holder, body) => {
    answerSts(exchange, holder, new URLSearchParams(body.toString()), { tokens, cloud, holders });
  });
  const ecrApi = serve((exchange, holder, body, region) =>
    answerEcr(exchange, holder, { body, region, tokens, cloud }),
  );
  return [
    {
      hosts: ["sts.amazonaws.com", ...AWS_REGIONS.map((one) => `sts.${one}.amazonaws.com`)],
      answer: sts,
    },
    { hosts: AWS_REGIONS.map((one) => `api.ecr.${one}.amazonaws.com`), answer: ecrApi },
    ...AWS_REGIONS.map((region) => ecrRegistry(region, tokens, cloud)),
  ];
}

function isEnded(tokens: Tokens, holder: Holder, given: unknown): boolean {
  const held = tokens.find(SESSIONS, holder.sessionToken ?? "");
  return held === undefined || held === "expired" || given !== holder.sessionToken;
}

interface Sts {
  readonly tokens: Tokens;
  readonly cloud: CloudStore;
  readonly holders: Map<string, Holder>;
}

function answerSts(
  exchange: Exchange,
  { arn }: Holder,
  form: URLSearchParams,
  { tokens, cloud, holders }: Sts,
): void {
  const action = form.get("Action") ?? "";
  if (action === "GetCallerIdentity") {
    sendXml(
      exchange,
      action,
      `<Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${AWS_ACCOUNT}</Account>`,
    );
    return;
  }
  const roleArn = form.get("RoleArn") ?? "";
  const role = roleArn.split("/").pop() ?? "";
  if (action !== "AssumeRole" || !mayAssume(cloud, role, arn)) {
    const message = `User: ${arn} is not authorized to perform: sts:${action} on resource: ${roleArn}`;
    awsError(exchange, 403, "AccessDenied", message);
    return;
  }
  const session = `arn:aws:sts::${AWS_ACCOUNT}:assumed-role/${role}/${form.get("RoleSessionName") ?? ""}`;
  const sessionToken = tokens.issue(SESSIONS, session, HOUR);
  const keyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
  const secret = tokens.issue(SESSIONS, session, HOUR);
  holders.set(keyId, { secret, arn: session, sessionToken });
  const expiration = new Date(Date.now() + HOUR * 1000).toISOString();
  sendXml(
    exchange,
    action,
    `<Credentials><AccessKeyId>${keyId}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey>` +
      `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
      `<AssumedRoleUser><Arn>${session}</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>`,
  );
}

function sendXml({ response }: Exchange, action: string, result: string): void {
  response.writeHead(200, { "Content-Type": "text/xml" });
  response.end(
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}` +
      `</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
  );
}

interface EcrCall {
  readonly body: Buffer;
  readonly region: string;
  readonly tokens: Tokens;
  readonly cloud: CloudStore;
}

async function answerEcr(
  exchange: Exchange,
  { arn }: Holder,
  { body, region, tokens, cloud }: EcrCall,
): Promise<void> {
  const target = exchange.request.headers["x-amz-target"];
  const action = (typeof target === "string" ? target : "").split(".").pop() ?? "";
  if (action === "DescribeImages" || action === "BatchDeleteImage") {
    if (arn !== DEPLOYER) {
      const message = `User: ${arn} is not authorized to perform: ecr:${action}`;
      awsError(exchange, 400, "AccessDeniedException", message);
      return;
    }
    const call = JSON.parse(body.toString()) as ImagesCall;
    const answer = await answerImages(cloud, region, action, call);
    if (answer !== undefined) sendJson(exchange, 200, answer, JSON_1_1);
    else awsError(exchange, 400, "RepositoryNotFoundException", "The repository does not exist");
    return;
  }
  if (action !== "GetAuthorizationToken") {
    awsError(exchange, 400, "UnknownOperationException", `the emulator has no ${action}`);
    return;
  }
  const password = tokens.issue("ecr", arn, ECR_HOURS * HOUR);
  const proxyEndpoint = `https://${AWS_ACCOUNT}.dkr.ecr.${region}.amazonaws.com`;
  const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
  const expiresAt = Math.floor(Date.now() / 1000) + ECR_HOURS * HOUR;
  sendJson(
    exchange,
    200,
    { authorizationData: [{ authorizationToken, expiresAt, proxyEndpoint }] },
    JSON_1_1,
  );
}

const JSON_1_1 = { "Content-Type": "application/x-amz-json-1.1" };

/** In the form of the service that was asked. */
function awsError(exchange: Exchange, status: number, code: string, message: string): void {
  if (!exchange.host.startsWith("sts.")) {
    sendJson(exchange, status, { __type: code, message }, JSON_1_1);
    return;
  }
  exchange.response.writeHead(status, { "Content-Type": "text/xml" });
  exchange.response.end(
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
      `<Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  );
}
