import assert from "node:assert/strict";
import { UserError } from "../../../../lib/errors";
import { allRegistered } from "../../support/mocks";
import { shop } from "../support/github";
import { REPOSITORY_NAME, declared, type GoogleState } from "./garSupport";

describe("GarRegistry, where something is there already", () => {
  const there: GoogleState = { repositories: [{ repositoryId: "bot-core", format: "DOCKER" }] };

  it("takes the repository over as it is, and brings its settings with the next run", async () => {
    const first = await declared({}, {}, { google: there });
    await allRegistered();
    const { import: id, ignoreChanges, retainOnDelete } = first.options.of("registry-repository");
    assert.equal(id, REPOSITORY_NAME);
    assert.ok((ignoreChanges ?? []).includes("cleanupPolicies"));
    assert.equal(retainOnDelete, true);
    const recorded = ["europe-west3-docker.pkg.dev/my-project/bot-core/web"];
    const second = await declared({}, { recorded }, { google: there });
    await allRegistered();
    assert.deepEqual(second.options.of("registry-repository"), {
      import: REPOSITORY_NAME,
      retainOnDelete: true,
    });
  });

  it("takes the pool over that an earlier stack left", async () => {
    const run = await declared({}, { github: shop() }, { google: { pool: true, provider: true } });
    await allRegistered();
    const pool = "projects/my-project/locations/global/workloadIdentityPools/github-bot-core-4e8ed";
    assert.equal(run.options.of("registry-pool").import, pool);
    assert.equal(run.options.of("registry-pool-provider").import, `${pool}/providers/github-345`);
  });

  it("creates where the API is not enabled yet", async () => {
    const disabled = new Error(
      "googleapi: Error 403: Artifact Registry API has not been used in project 42 before or it " +
        "is disabled. SERVICE_DISABLED",
    );
    const run = await declared({}, {}, { google: { repositories: disabled } });
    await allRegistered();
    assert.equal(run.options.of("registry-repository").import, undefined);
  });

  it("refuses a repository that is not for images", async () => {
    const npm: GoogleState = { repositories: [{ repositoryId: "bot-core", format: "NPM" }] };
    await assert.rejects(
      declared({}, {}, { google: npm }),
      (error: unknown) =>
        error instanceof UserError &&
        error.code === "registry-format" &&
        error.message.includes("holds NPM; allowed: DOCKER"),
    );
    await allRegistered();
  });

  it("says what to do where Google refuses the question", async () => {
    const denied = new Error("googleapi: Error 403: Permission denied, PERMISSION_DENIED");
    await assert.rejects(
      declared({}, {}, { google: { repositories: denied } }),
      (error: unknown) =>
        error instanceof UserError &&
        error.code === "registry-lookup" &&
        error.message.includes("the repositories of my-project in europe-west3") &&
        error.message.includes("gcloud auth application-default login"),
    );
    await allRegistered();
  });

  it("lets an identity go on that may only push, where the stack declared it before", async () => {
    const denied = new Error("googleapi: Error 403: Permission denied, PERMISSION_DENIED");
    const recorded = ["europe-west3-docker.pkg.dev/my-project/bot-core/web"];
    const run = await declared({}, { recorded }, { google: { repositories: denied } });
    await allRegistered();
    assert.deepEqual(run.options.of("registry-repository"), { retainOnDelete: true });
  });

  it("lets it go on with GitHub as well, whose pool it may not see", async () => {
    const denied = new Error("googleapi: Error 403: Permission denied, PERMISSION_DENIED");
    const recorded = ["europe-west3-docker.pkg.dev/my-project/bot-core/web"];
    const google = { repositories: denied, pool: denied, provider: denied };
    const run = await declared({}, { recorded, github: shop() }, { google });
    await allRegistered();
    assert.deepEqual(run.options.of("registry-pool"), { retainOnDelete: true });
    await assert.rejects(declared({}, { github: shop() }, { google: { pool: denied } }), {
      name: "UserError",
      code: "registry-lookup",
    });
    await allRegistered();
  });
});
