import assert from "node:assert/strict";
import { EMPTY_REGISTRY, readRegistryState } from "../../../../../lib/registries/ecr/registryState";
import { json, setEnvironment, TokenService } from "../../credentials/tokenService";

const CALLER = { region: "eu-central-1" };
const TARGET = "AmazonEC2ContainerRegistry_V20150921.";

/** What ECR's own interface answers, by action. */
const ANSWERS: Readonly<Record<string, (input: { nextToken?: string }) => unknown>> = {
  DescribeRegistry: () => ({
    registryId: "123456789012",
    replicationConfiguration: {
      rules: [
        { destinations: [{ region: "us-west-2", registryId: "123456789012" }] },
        {
          destinations: [{ region: "eu-west-1", registryId: "123456789012" }],
          repositoryFilters: [{ filter: "other/", filterType: "PREFIX_MATCH" }],
        },
      ],
    },
  }),
  GetRegistryScanningConfiguration: () => ({
    scanningConfiguration: {
      scanType: "ENHANCED",
      rules: [
        {
          scanFrequency: "SCAN_ON_PUSH",
          repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }],
        },
      ],
    },
  }),
  DescribePullThroughCacheRules: ({ nextToken }) =>
    nextToken === undefined
      ? { pullThroughCacheRules: [{ ecrRepositoryPrefix: "quay" }], nextToken: "more" }
      : { pullThroughCacheRules: [{ ecrRepositoryPrefix: "docker-hub" }] },
  DescribeRepositoryCreationTemplates: () => ({
    repositoryCreationTemplates: [{ prefix: "bot-core" }, { prefix: "ROOT" }],
  }),
};

describe("readRegistryState", () => {
  let service: TokenService;
  let restore: () => void;

  beforeEach(async () => {
    service = await TokenService.start(({ headers, body }, response) => {
      const action = String(headers["x-amz-target"]).replace(TARGET, "");
      const input = JSON.parse(body) as { nextToken?: string };
      json(200, ANSWERS[action]?.(input))({ method: "", url: "", headers, body }, response);
    });
    restore = setEnvironment({
      AWS_ENDPOINT_URL_ECR: service.url,
      AWS_ACCESS_KEY_ID: "AKIASELF",
      AWS_SECRET_ACCESS_KEY: "s3cret-key",
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
      AWS_CONFIG_FILE: "/nonexistent/config",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    });
  });
  afterEach(async () => {
    restore();
    await service.stop();
  });

  it("asks for nothing where nothing is needed", async () => {
    assert.deepEqual(await readRegistryState(CALLER, []), EMPTY_REGISTRY);
    assert.equal(service.asked.length, 0);
  });

  it("reads each part, page by page, and nothing that was not asked for", async () => {
    const parts = ["replication", "scanning", "caches", "templates"] as const;
    assert.deepEqual(await readRegistryState(CALLER, parts), {
      replication: [
        {
          destinations: [{ region: "us-west-2", registryId: "123456789012" }],
          repositoryFilters: [],
        },
        {
          destinations: [{ region: "eu-west-1", registryId: "123456789012" }],
          repositoryFilters: [{ filter: "other/", filterType: "PREFIX_MATCH" }],
        },
      ],
      scanning: {
        scanType: "ENHANCED",
        rules: [
          {
            scanFrequency: "SCAN_ON_PUSH",
            repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }],
          },
        ],
      },
      caches: ["quay", "docker-hub"],
      templates: ["bot-core", "ROOT"],
    });
    assert.equal(service.asked.length, 5);
    const alone = await readRegistryState(CALLER, ["templates"]);
    assert.deepEqual(alone, { ...EMPTY_REGISTRY, templates: ["bot-core", "ROOT"] });
    assert.equal(service.asked.length, 6);
  });

  it("names the right that is missing, and nothing of AWS's words", async () => {
    service.answer = json(400, { __type: "AccessDeniedException", message: "s3cret-key" });
    await assert.rejects(readRegistryState(CALLER, ["replication"]), (error: Error) => {
      assert.match(error.message, /does not let .* call `ecr:DescribeRegistry`/);
      assert.ok(!error.message.includes("s3cret"));
      return true;
    });
  });
});
