import fc from "fast-check";
import { gzipSync } from "node:zlib";
import { OCI_INDEX, OCI_MANIFEST, digestOf } from "../../../../../lib/oci";

export const TOKEN = "tok-S3CRET-f00d";
export const LAYER = Buffer.from("the content of a layer");
export const CONFIG = Buffer.from("{}");
const described = (mediaType: string, bytes: Buffer) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
export const IMAGE = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: described("application/vnd.oci.image.config.v1+json", CONFIG),
    layers: [described("application/vnd.oci.image.layer.v1.tar+gzip", LAYER)],
  }),
);
const INDEX = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [described(OCI_MANIFEST, IMAGE)],
  }),
);
const DEEP = Buffer.alloc(200_000, "[");
/** A list as long as an answer may be: what is spread or validated slowly shows. */
const LONG = Buffer.from(`{"tags":[${'"",'.repeat(1_000_000)}""]}`);
const ERRORS = Buffer.from(`{"errors":[${"{},".repeat(1_000_000)}{}]}`);
const BOMB = gzipSync(Buffer.alloc(8 * 1024 * 1024));

/** Names of bodies; `echo` gives back what the request had, the others are what they say. */
const BODIES = {
  nothing: Buffer.alloc(0),
  image: IMAGE,
  index: INDEX,
  layer: LAYER,
  config: CONFIG,
  tags: Buffer.from('{"name":"a/b","tags":["v1.0.0","latest"]}'),
  badTags: Buffer.from('{"tags":["../../etc","\\u001b[31m",7]}'),
  token: Buffer.from(JSON.stringify({ token: TOKEN, expires_in: 300 })),
  eternalToken: Buffer.from(`{"token":"${TOKEN}","expires_in":1e300}`),
  deadToken: Buffer.from(`{"access_token":"${TOKEN}","expires_in":-5}`),
  injectingToken: Buffer.from('{"token":"x\\r\\nx-evil: 1"}'),
  noToken: Buffer.from('{"token":null,"expires_in":"soon"}'),
  referrers: Buffer.from(JSON.stringify({ manifests: [described(OCI_MANIFEST, IMAGE)] })),
  badReferrers: Buffer.from('{"manifests":[{"digest":"sha256:x","size":-1}]}'),
  errors: Buffer.from('{"errors":[{"code":"DENIED","message":"no\\u001b[2J\\nway"}]}'),
  html: Buffer.from("<html>a page for people</html>"),
  invalidUtf8: Buffer.from([0xff, 0xfe, 0x80, 0x7b, 0xc0, 0xaf]),
  prototype: Buffer.from('{"__proto__":{"tags":["x"]},"constructor":1,"tags":{"length":1e9}}'),
  deep: DEEP,
  long: LONG,
  manyErrors: ERRORS,
  gzip: BOMB,
} as const;

export interface Behaviour {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | "echo";
  /** How the bytes travel. */
  readonly delivery:
    | "whole"
    | "truncated"
    | "drip"
    | "endless"
    | "silence"
    | "reset"
    | "garbage"
    | "longHeader"
    | "interim"
    | "halfHeader";
}

const far = (path: string): string => `http://FOREIGN${path}`;
const LOCATIONS = [
  "/v2/",
  "/v2/a/b/blobs/uploads/1?state=x",
  far("/v2/a/b/blobs/uploads/1"),
  far("/store/blob?signed=1"),
  "https://127.0.0.1:1/x",
  "https://no.invalid/x",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "http://user:pass@FOREIGN/x",
  "//FOREIGN/x",
  "http://[",
  "",
  `/${"x".repeat(3000)}`,
];
const CHALLENGES = [
  'Bearer realm="http://SELF/token",service="fuzz"',
  'Bearer realm="http://SELF/token",service="fuzz",scope="repository:other:*"',
  'Basic realm="fuzz"',
  'Bearer realm="http://evil.example/token"',
  'Bearer realm="file:///etc/passwd"',
  "Bearer",
  'Negotiate, Bearer realm="',
  `Bearer ${'a="b",'.repeat(500)}`,
];
const RETRIES = [
  ..."0 1 30 45 99999999999999999999 -1 1e9 soon".split(" "),
  "Wed, 21 Oct 2015 07:28:00 GMT",
  "Fri, 31 Dec 9999 23:59:59 GMT",
];
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  location: LOCATIONS,
  "www-authenticate": CHALLENGES,
  "retry-after": RETRIES,
  link: [
    '</v2/a/b/tags/list?n=1000>; rel="next"',
    '</v2/a/b/tags/list?n=1000&last=COUNT>; rel="next"',
    '</v2/a/b/referrers/x?last=COUNT>; rel="next"',
    `<${far("/more")}>; rel="next"`,
    '<file:///etc/passwd>; rel="next"',
    '<http://[>; rel="next"',
    "<<<<>>>>;;;;,,,,rel=next",
    `${"<a>;".repeat(1000)} rel="next"`,
  ],
  "docker-content-digest": [digestOf(IMAGE), digestOf(INDEX), digestOf("other"), "sha256:zz", "x"],
  "content-type": [
    OCI_MANIFEST,
    OCI_INDEX,
    "application/json",
    "text/html; charset=utf-8",
    "application/vnd.docker.distribution.manifest.v2+json",
    `x/${"y".repeat(300)}`,
    "\u00e9\u00ff",
  ],
  "content-encoding": ["gzip", "br"],
  "oci-subject": [digestOf(IMAGE), digestOf("other"), "x"],
  "oci-chunk-min-length": ["99999999999", "-1", "x"],
};

const headers: fc.Arbitrary<Record<string, string>> = fc.record(
  Object.fromEntries(
    Object.entries(HEADERS).map(([name, values]) => [name, fc.constantFrom(...values)]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;

const STATUSES = [
  ...[200, 200, 200, 201, 202, 202, 204, 206, 301, 302, 303, 304, 307, 308],
  ...[400, 401, 401, 403, 404, 405, 408, 413, 416, 429, 429, 500, 501, 503, 999],
];
const DELIVERIES: readonly Behaviour["delivery"][] = [
  ...Array.from({ length: 20 }, () => "whole" as const),
  ...(["truncated", "drip", "endless", "silence", "reset", "garbage"] as const),
  ...(["longHeader", "interim", "halfHeader"] as const),
];

/** Anything at all. */
const wild: fc.Arbitrary<Behaviour> = fc.record({
  status: fc.constantFrom(...STATUSES),
  headers,
  body: fc.constantFrom(...Object.values(BODIES), "echo" as const),
  delivery: fc.constantFrom(...DELIVERIES),
});

const answer = (status: number, own: Behaviour["headers"] = {}, body = "echo"): Behaviour => ({
  status,
  headers: own,
  body: body === "echo" ? body : Buffer.from(body),
  delivery: "whole",
});
const basic = { "www-authenticate": 'Basic realm="fuzz"' };
const bearer = { "www-authenticate": 'Bearer realm="http://SELF/token",service="fuzz"' };

/** Steps of attacks that chance would rarely put together: a login first, then where it must not go. */
const aimed: fc.Arbitrary<Behaviour> = fc.constantFrom(
  answer(401, basic),
  answer(401, bearer),
  answer(401, bearer),
  answer(500),
  answer(403),
  answer(404),
  answer(307, { location: far("/store/blob?signed=1") }),
  answer(301, { location: far("/v2/a/b/manifests/latest") }),
  answer(302, { location: "file:///etc/passwd" }),
  answer(202, { location: far("/v2/a/b/blobs/uploads/1") }),
  answer(202, { location: far("/v2/a/b/blobs/uploads/1?_state=x") }),
  answer(200, { link: `<${far("/more")}>; rel="next"` }, '{"tags":["v1"]}'),
  answer(429, { "retry-after": "20" }),
  answer(503, { "retry-after": "99999999999999999999" }),
  answer(200, {}, "not what was asked for"),
);

const one: fc.Arbitrary<Behaviour | undefined> = fc.oneof(
  { arbitrary: wild, weight: 4 },
  { arbitrary: aimed, weight: 5 },
  { arbitrary: fc.constant(undefined), weight: 2 },
);

/**
 * The answers of a registry, in turn; `undefined`: an honest one. Most begin with a login that succeeds,
 * so that there is something to steal.
 */
export const script: fc.Arbitrary<readonly (Behaviour | undefined)[]> = fc
  .tuple(
    fc.constantFrom([], [answer(401, basic)], [answer(401, bearer), undefined]),
    fc.array(one, { minLength: 1, maxLength: 7 }),
  )
  .map(([login, rest]) => [...login, ...rest]);

/** One answer of the host that a registry sends us to. */
export const awayBehaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  wild,
  fc.constantFrom(answer(401, basic), answer(401, bearer), answer(500), answer(200)),
);
