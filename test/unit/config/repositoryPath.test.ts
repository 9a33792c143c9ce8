import assert from "node:assert/strict";
import { repositoryPath } from "../../../lib/settings/registry";
import { parseWith } from "./support";

describe("repositoryPath", () => {
  const at = (namespace?: string) =>
    parseWith({
      registry: { server: "r.example.com", ...(namespace === undefined ? {} : { namespace }) },
    }).registry;

  it("is the service in its namespace, or the service alone", () => {
    assert.equal(repositoryPath(at("a/b"), "web"), "a/b/web");
    assert.equal(repositoryPath(at(), "web"), "web");
  });

  const inCloud = (provider: string, registry: object) =>
    parseWith({ provider, registry }).registry;
  const ecr = { region: "eu-central-1", accountId: "123456789012" };

  it("is flat on Docker Hub, and has the registry's own beginning elsewhere", () => {
    const flat = inCloud("dockerhub", { namespace: "acme", prefix: "shop" });
    assert.equal(repositoryPath(flat, "web"), "acme/shop-web");
    assert.equal(repositoryPath(inCloud("dockerhub", { namespace: "acme" }), "web"), "acme/web");
    assert.equal(repositoryPath(inCloud("ghcr", { owner: "Acme" }), "web"), "acme/bot-core/web");
    assert.equal(repositoryPath(inCloud("ecr", ecr), "web"), "bot-core/web");
  });

  for (const service of ["web__1", "web--1", "w".repeat(250)]) {
    it(`refuses service ${service.slice(0, 8)} on ECR, whose names are narrower`, () => {
      assert.throws(() => repositoryPath(inCloud("ecr", ecr), service), {
        code: "repository-name",
        message: /allowed: 2 to 256 lower-case letters and digits with single/,
      });
    });
  }

  for (const service of ["Web", "web-", "a..b", "-web"]) {
    it(`refuses service ${service}`, () => {
      assert.throws(() => repositoryPath(at("a"), service), {
        name: "UserError",
        code: "repository-name",
        message:
          `Service \`${service}\` cannot be pushed: \`a/${service}\` is not a legal repository ` +
          "name; allowed: lower-case letters and digits with `.`, `_`, `-` or `/` between them; " +
          "rename the service in the Compose file",
      });
    });
  }
});
