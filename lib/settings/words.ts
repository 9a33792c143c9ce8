import { posix } from "node:path";
import { isTag } from "../oci/names";
import { text, textThat, type Rule } from "./rules";

/** What the program names platform images, and where signatures and referrers stand. */
const RESERVED_TAG = /^(pb|sha256)-/;

/** A tag of the OCI distribution specification that is free for versions. */
export const tag: Rule<string> = {
  allowed:
    "a tag of 1 to 128 letters, digits, `_`, `.` and `-` that begins with a letter, a digit or `_`" +
    " (so no `+`, `:`, `@`), and not with `pb-` or `sha256-`, which the program and signatures use",
  example: "v1.0.0",
  parse: (value) =>
    typeof value === "string" && isTag(value) && !RESERVED_TAG.test(value) ? value : undefined,
};

/** A file of the project, given relative to the project folder. */
export function projectFile(example: string): Rule<string> {
  return textThat(
    isInsideProject,
    "a relative path of a file inside the project folder, with `/` between its parts",
    example,
  );
}

function isInsideProject(path: string): boolean {
  const isPlain = /^[^\p{Cc}\\]+$/u.test(path) && !path.startsWith("~");
  const normal = posix.normalize(path);
  return isPlain && !posix.isAbsolute(path) && !/^\.\.?(\/|$)/.test(normal);
}

/** A service name of the Compose specification. */
export const serviceName: Rule<string> = text(
  /^[A-Za-z0-9._-]+$/,
  "service names of letters, digits, `.`, `_` and `-`",
  "web",
);

/** A project name of the Compose specification. */
export const projectName: Rule<string> = text(
  /^[a-z0-9][a-z0-9_-]*$/,
  "lower-case letters, digits, `-` and `_`, beginning with a letter or digit",
  "bot-core",
);

/** A variable name of the shell and of Compose's interpolation. */
export const variableName: Rule<string> = text(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "letters, digits and `_`, not beginning with a digit",
  "LOG_LEVEL",
);

/** Platforms of Linux containers, spelt as Docker normalises them (`linux/arm64`, not `/v8`). */
const PLATFORMS = [
  "linux/amd64",
  "linux/amd64/v2",
  "linux/amd64/v3",
  "linux/arm64",
  "linux/arm/v7",
  "linux/arm/v6",
  "linux/386",
  "linux/ppc64le",
  "linux/s390x",
  "linux/riscv64",
] as const;

export const platform: Rule<string> = {
  allowed: PLATFORMS.join(", "),
  example: PLATFORMS[0],
  candidates: PLATFORMS,
  parse: (value) => PLATFORMS.find((known) => known === value),
};

const HOST_FORMS = [
  /^unix:\/\/\/\S+$/,
  /^ssh:\/\/([A-Za-z0-9_][A-Za-z0-9._-]*@)?([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(:\d{1,5})?\/?$/,
  // A context's name as the docker client allows it.
  /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/,
];

/** Where a Docker daemon is. No password: ssh keys and agents do that. */
export const dockerHost: Rule<string> = {
  ...textThat(
    (value) => HOST_FORMS.some((form) => form.test(value)),
    "unix:///PATH, ssh://[USER@]HOST[:PORT], or the name of a docker context",
    "unix:///var/run/docker.sock",
  ),
  // user:password@host
  hidden: (value) => typeof value === "string" && /:[^/@]*@/.test(value),
};

/** An image reference with a tag, a digest, or both. */
export const pinnedImage: Rule<string> = text(
  new RegExp(
    [
      /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?/,
      /(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*/,
      /(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
    ]
      .map(({ source }) => source)
      .join(""),
  ),
  "an image reference with a tag or a sha256 digest",
  "docker.io/library/haproxy:3.0-alpine",
);

/** Key references that cosign takes beside files. */
const KEY_STORES = ["awskms", "gcpkms", "azurekms", "hashivault", "k8s"] as const;

/** A file with a key, or a key in a store that never gives it away. */
export function signingKey(example: string): Rule<string> {
  const stores = KEY_STORES.map((scheme) => `${scheme}://`);
  return {
    ...textThat(
      (value) =>
        /^[^\p{Cc}]+$/u.test(value) &&
        (!value.includes("://") || stores.some((store) => value.startsWith(store))),
      `the path of a key file, or a reference that begins with ${stores.join(", ")}`,
      example,
    ),
    // The key itself, put where its file's name belongs.
    hidden: (value) => typeof value === "string" && /PRIVATE KEY|\n/.test(value),
  };
}
