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
