import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { explainComposeError, type Explained } from "../../../../lib/compose/composeMessages";
import { composeWarnings } from "../../../../lib/compose/composeWarnings";

const FIXTURES = path.join(__dirname, "../../../fixtures/compose");
const recorded = recordingOf("messages-2.26.1.json");
const recordedOfNewest = recordingOf("messages-compose-go-2.16.2.json");

function recordingOf(file: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(path.join(FIXTURES, file), "utf8")) as Record<string, string>;
}

const MEND_VARIABLE = "set it in .env, in config `environment` or in the shell";
const MEND_PORT =
  'write "HOST:CONTAINER", such as "8080:80" or "127.0.0.1:8080:80/tcp", with ranges of one length';
const MEND_KEY = "is no key that Compose knows here; remove it or correct its spelling";

const EXPECTED: Readonly<Record<string, Explained>> = {
  "required-variable": {
    path: ["services", "web", "command"],
    containing: "${DB_PASSWORD",
    message: `\`DB_PASSWORD\` is required and not set (give the password of the database); ${MEND_VARIABLE}`,
    missingVariable: "DB_PASSWORD",
  },
  "required-variable-without-text": {
    path: ["services", "web", "image"],
    containing: "${TAG",
    message: `\`TAG\` is required and not set; ${MEND_VARIABLE}`,
    missingVariable: "TAG",
  },
  "bad-interpolation": {
    path: ["services", "web", "image"],
    containing: "x:${TAG",
    message: "`x:${TAG` is no variable; write ${NAME}, or $$ for a dollar sign",
  },
  "unknown-key": { path: ["services", "web", "portz"], message: `\`portz\` ${MEND_KEY}` },
  "unknown-top-level-key": { path: ["servces"], message: `\`servces\` ${MEND_KEY}` },
  "not-one-of": {
    path: ["services", "web", "deploy", "update_config", "order"],
    message: "`order` must be one of `start-first`, `stop-first`",
  },
  "pull-policy": {
    path: ["services", "web", "pull_policy"],
    message: "`pull_policy` must be one of `always`, `never`, `if_not_present`, `build`, `missing`",
  },
  "wrong-type": { path: ["services", "web", "image"], message: "`image` must be a string" },
  "service-no-mapping": { path: ["services", "web"], message: "`web` must be a mapping" },
  "environment-list-value": {
    path: ["services", "web", "environment", "A"],
    message: "`A` must be a string, number, boolean or null",
  },
  "env-file": {
    path: ["services"],
    containing: "prod.env",
    message: "env file `prod.env` does not exist; create it, or correct `env_file`",
  },
  "included-file": {
    path: [],
    containing: "more.yml",
    message:
      "`more.yml` does not exist (looked for /srv/app/more.yml); create it, or correct its path",
  },
  "extended-service": {
    path: ["services", "web", "extends"],
    message: "extends `base`, which is not defined; define it or correct the name",
  },
  "container-port": {
    path: ["services"],
    containing: "99999",
    message: `\`99999\` is no port; ${MEND_PORT}`,
  },
  "host-port": {
    path: ["services"],
    containing: "http",
    message: `\`http\` is no port; ${MEND_PORT}`,
  },
  "port-protocol": {
    path: ["services"],
    containing: "tpc",
    message: `\`tpc\` is no port; ${MEND_PORT}`,
  },
  "port-ranges": {
    path: ["services"],
    containing: "80-81",
    message: `\`80-83 and 80-81\` is no port; ${MEND_PORT}`,
  },
  "port-address": {
    path: ["services"],
    containing: "1.2.3",
    message: `\`1.2.3\` is no port; ${MEND_PORT}`,
  },
  size: {
    path: ["services", "web", "mem_limit"],
    message: "`mem_limit` cannot be read: invalid size: '3x'",
  },
  duration: {
    path: ["services", "web", "healthcheck", "interval"],
    message: '`interval` cannot be read: time: unknown unit "x" in duration "3x"',
  },
  "list-at-top": { path: [], message: "is no mapping; define `services`" },
  "empty-file": { path: [], message: "is empty; define `services`" },
  "project-name": {
    path: ["name"],
    message:
      "`Bot` is no project name; use lower case letters, digits, hyphens and underscores, and begin with a letter or digit",
  },
};

/** Where the loader of Compose 5 says something else. */
const EXPECTED_OF_NEWEST: Readonly<Record<string, Explained>> = {
  ...EXPECTED,
  "pull-policy": {
    path: ["services", "web", "pull_policy"],
    message:
      "`pull_policy` is `Always` and must be (always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)",
  },
  "environment-list-value": {
    path: ["services", "web", "environment", "A"],
    message: "`A` must be a boolean, null, number or string",
  },
  size: {
    path: ["services", "web", "mem_limit"],
    message: "`mem_limit` cannot be read: invalid suffix: 'x'",
  },
};

describe("explainComposeError", () => {
  for (const [name, expected] of Object.entries(EXPECTED)) {
    it(`explains ${name}`, () => {
      assert.deepEqual(explainComposeError(recorded[name]!), expected);
    });
  }

  for (const [name, text] of Object.entries(recordedOfNewest)) {
    if (name === "unset-variable") continue;
    it(`explains ${name} of Compose 5`, () => {
      assert.deepEqual(explainComposeError(text), EXPECTED_OF_NEWEST[name]);
    });
  }

  it("has an expectation for every recorded refusal", () => {
    const refusals = Object.keys(recorded).filter((name) => name !== "unset-variable");
    assert.deepEqual(refusals.sort(), Object.keys(EXPECTED).sort());
  });

  it("names an item of a list with its list", () => {
    assert.deepEqual(explainComposeError("validating a: services.web.volumes.0 must be a string"), {
      path: ["services", "web", "volumes", "0"],
      message: "`volumes[0]` must be a string",
    });
  });

  it("passes what it does not know through in one line, without the log", () => {
    const stderr = 'time="2026-01-01T00:00:00Z" level=warning msg="x"\nodd thing\n  of two lines\n';
    assert.deepEqual(explainComposeError(stderr), {
      path: [],
      message: "Compose refuses the file: odd thing of two lines",
    });
  });
});

describe("composeWarnings", () => {
  it("names each unset variable once, with the mend", () => {
    const twice = recorded["unset-variable"]!.repeat(2);
    assert.deepEqual(composeWarnings(twice), [
      {
        message: `\`TAG\` is not set and counts as empty; ${MEND_VARIABLE}, or write \${TAG:-}`,
        unsetVariable: "TAG",
      },
      {
        message: `\`MODE\` is not set and counts as empty; ${MEND_VARIABLE}, or write \${MODE:-}`,
        unsetVariable: "MODE",
      },
    ]);
  });

  it("is silent about the obsolete `version`", () => {
    assert.deepEqual(
      composeWarnings('time="t" level=warning msg="/a.yml: `version` is obsolete"'),
      [],
    );
  });
});
