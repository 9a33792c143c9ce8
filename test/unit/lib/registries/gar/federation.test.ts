import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { federatedMember, poolTrust } from "../../../../../lib/registries/gar/federation";

const REPOSITORY_ID = 821093847;

describe("poolTrust", () => {
  it("takes the tokens of one repository, by its number", () => {
    assert.equal(
      poolTrust(REPOSITORY_ID, "main").attributeCondition,
      'assertion.repository_id == "821093847"',
    );
  });

  it("maps what IAM policies ask for", () => {
    assert.deepEqual(poolTrust(REPOSITORY_ID, "main").attributeMapping, {
      "google.subject": 'assertion.repository_id + ":" + assertion.run_id',
      "attribute.repository_id": "assertion.repository_id",
      "attribute.push_repository_id":
        '!assertion.event_name.startsWith("pull_request") && ' +
        '(assertion.ref == "refs/heads/main" || assertion.ref.startsWith("refs/tags/v")) ' +
        '? assertion.repository_id : "none"',
    });
  });

  it("quotes a branch's name, whatever is in it", () => {
    const mapping = poolTrust(REPOSITORY_ID, 'a"||true||"b').attributeMapping;
    const push = mapping["attribute.push_repository_id"] ?? "";
    assert.ok(push.includes('assertion.ref == "refs/heads/a\\"||true||\\"b"'), push);
  });

  for (const { title, claims, pushes } of [
    { title: "the default branch", claims: { ref: "refs/heads/main" }, pushes: true },
    { title: "a release's tag", claims: { ref: "refs/tags/v1.2.3" }, pushes: true },
    { title: "another branch", claims: { ref: "refs/heads/feature" }, pushes: false },
    { title: "a branch that is named like it", claims: { ref: "refs/heads/main2" }, pushes: false },
    { title: "a branch named like a tag", claims: { ref: "refs/heads/v1" }, pushes: false },
    { title: "another tag", claims: { ref: "refs/tags/nightly" }, pushes: false },
    {
      title: "a pull request",
      claims: { ref: "refs/pull/17/merge", event_name: "pull_request" },
      pushes: false,
    },
    {
      title: "pull_request_target, whose ref is the default branch",
      claims: { ref: "refs/heads/main", event_name: "pull_request_target" },
      pushes: false,
    },
  ]) {
    it(`${pushes ? "lets" : "does not let"} ${title} push`, () => {
      const attribute = evaluatePush({ event_name: "push", ...claims });
      assert.equal(attribute, pushes ? REPOSITORY_ID.toString() : "none");
    });
  }
});

describe("federatedMember", () => {
  const POOL = "projects/123/locations/global/workloadIdentityPools/github-bot-core";

  it("is a set of runs of that repository alone", () => {
    assert.equal(
      federatedMember(POOL, REPOSITORY_ID, "pull"),
      `principalSet://iam.googleapis.com/${POOL}/attribute.repository_id/821093847`,
    );
    assert.equal(
      federatedMember(POOL, REPOSITORY_ID, "push"),
      `principalSet://iam.googleapis.com/${POOL}/attribute.push_repository_id/821093847`,
    );
  });

  it("stands on attributes that the mapping gives", () => {
    const { attributeMapping } = poolTrust(REPOSITORY_ID, "main");
    for (const role of ["push", "pull"] as const) {
      const [, attribute = ""] = /\/(attribute\.[a-z_]+)\//.exec(
        federatedMember(POOL, REPOSITORY_ID, role),
      ) ?? [""];
      assert.ok(Object.hasOwn(attributeMapping, attribute), attribute);
    }
  });
});

/** The mapping uses only what CEL and JavaScript write and mean alike, so it can be evaluated here. */
function evaluatePush(claims: Readonly<Record<string, string>>): unknown {
  const { attributeMapping } = poolTrust(REPOSITORY_ID, "main");
  const expression = attributeMapping["attribute.push_repository_id"] ?? "";
  assert.match(expression, /^[\w\s.()"!&|=?:/]+$/);
  const assertion = { repository_id: REPOSITORY_ID.toString(), ...claims };
  return runInNewContext(expression, { assertion });
}
