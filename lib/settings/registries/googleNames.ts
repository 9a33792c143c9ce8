import { text, textThat, type Rule } from "../rules";

const PROJECT = "(?:[a-z0-9][a-z0-9.-]*\\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]";

/** A project's id, with its domain where it has one; a number is none. */
export const googleProject: Rule<string> = text(
  new RegExp(`^${PROJECT}$`),
  "a project id of 6 to 30 lower-case letters, digits and `-`, beginning with a letter (not its number)",
  "my-project",
);

const MULTI_REGIONS = ["us", "europe", "asia"];

/** Where a repository of Artifact Registry can be. */
export const garLocation: Rule<string> = {
  ...text(
    /^(us|europe|asia|[a-z]+-[a-z]+[1-9]\d?)$/,
    "a region like europe-west3, or us, europe or asia for several regions",
    "europe-west3",
  ),
  candidates: MULTI_REGIONS,
};

/** A repository's id. */
export const garRepository: Rule<string> = text(
  /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "1 to 63 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`",
  "bot-core",
);

const SERVICE_ACCOUNTS = [
  /^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9](\.[a-z0-9.-]+)?\.iam\.gserviceaccount\.com$/,
  /^[1-9]\d*-compute@developer\.gserviceaccount\.com$/,
  /^[a-z][a-z0-9-]{4,28}[a-z0-9]@appspot\.gserviceaccount\.com$/,
];

/** The e-mail of a service account: one that somebody made, or one that Google made for a project. */
export const serviceAccount: Rule<string> = textThat(
  (value) => SERVICE_ACCOUNTS.some((form) => form.test(value)),
  "the e-mail of a service account, NAME@PROJECT.iam.gserviceaccount.com",
  "puller@my-project.iam.gserviceaccount.com",
);

/** The key, not one of its versions: the newest is used. */
export const googleKmsKey: Rule<string> = text(
  new RegExp(
    `^projects/${PROJECT}/locations/[a-z0-9-]+/keyRings/[\\w-]{1,63}/cryptoKeys/[\\w-]{1,63}$`,
  ),
  "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
  "projects/my-project/locations/europe-west3/keyRings/images/cryptoKeys/images",
);

/** A version of a secret in Secret Manager; the project by its id or its number. */
export const secretVersion: Rule<string> = {
  ...text(
    new RegExp(
      `^projects/(?:${PROJECT}|[1-9]\\d*)/secrets/[\\w-]{1,255}/versions/(?:latest|[1-9]\\d*)$`,
    ),
    "projects/PROJECT/secrets/SECRET/versions/VERSION",
    "projects/my-project/secrets/docker-hub/versions/1",
  ),
  // Somebody may have put the secret itself there.
  hidden: (value) => typeof value !== "string" || !value.startsWith("projects/"),
};
