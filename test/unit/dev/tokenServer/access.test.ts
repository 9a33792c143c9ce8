import assert from "node:assert/strict";
import fc from "fast-check";
import {
  EVERYTHING,
  PULL_ONLY,
  authenticate,
  grant,
  parseScopes,
  tokenUser,
} from "../../../../dev/tokenServer/access";

const scopes: readonly (readonly [string, ReturnType<typeof parseScopes>])[] = [
  ["repository:app:pull", [{ type: "repository", name: "app", actions: ["pull"] }]],
  [
    "repository:team/app:pull,push",
    [{ type: "repository", name: "team/app", actions: ["pull", "push"] }],
  ],
  [
    "repository:localhost:5000/app:pull",
    [{ type: "repository", name: "localhost:5000/app", actions: ["pull"] }],
  ],
  ["repository(plugin):app:pull", [{ type: "repository", name: "app", actions: ["pull"] }]],
  ["registry:catalog:*", [{ type: "registry", name: "catalog", actions: ["*"] }]],
  [
    "repository:a:pull repository:b:push",
    [
      { type: "repository", name: "a", actions: ["pull"] },
      { type: "repository", name: "b", actions: ["push"] },
    ],
  ],
  ["repository:app:pull,pull", [{ type: "repository", name: "app", actions: ["pull"] }]],
  ["", []],
  ["repository", []],
  ["repository:app", []],
  ["repository::pull", []],
  [":app:pull", []],
  ["repository:app:", []],
  ["repository:app:pull,", []],
];

describe("dev/tokenServer/access", () => {
  for (const [parameter, expected] of scopes) {
    it(`reads the scope \`${parameter}\``, () => {
      assert.deepEqual(parseScopes([parameter]), expected);
    });
  }

  it("reads back any scope that was written by the rules", () => {
    const part = fc.stringMatching(/^[a-z0-9]+([._/-][a-z0-9]+){0,3}$/);
    const actions = fc.uniqueArray(fc.constantFrom("pull", "push", "delete", "*"), {
      minLength: 1,
    });
    fc.assert(
      fc.property(part, actions, (name, asked) => {
        const written = `repository:${name}:${asked.join(",")}`;
        assert.deepEqual(parseScopes([written]), [{ type: "repository", name, actions: asked }]);
      }),
    );
  });

  it("grants to the push user all that is asked for, and the catalog", () => {
    const user = tokenUser("push", "secret", EVERYTHING);
    const asked = parseScopes(["repository:a/b:pull,push,delete", "registry:catalog:*"]);
    assert.deepEqual(grant(user, asked), asked);
  });

  it("grants to the pull user the pull alone, and no catalog", () => {
    const user = tokenUser("pull", "secret", PULL_ONLY);
    const asked = parseScopes(["repository:a/b:pull,push,delete", "registry:catalog:*"]);
    assert.deepEqual(grant(user, asked), [{ type: "repository", name: "a/b", actions: ["pull"] }]);
  });

  it("keeps a user inside the namespace of its rule", () => {
    const user = tokenUser("team", "secret", [
      { type: "repository", name: "team/*", actions: ["pull", "push"] },
    ]);
    const asked = parseScopes(["repository:team/app:push", "repository:teams/app:push"]);
    assert.deepEqual(grant(user, asked), [
      { type: "repository", name: "team/app", actions: ["push"] },
    ]);
  });

  it("never grants an action that no rule names", () => {
    const user = tokenUser("pull", "secret", PULL_ONLY);
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (parameters) => {
        const actions = grant(user, parseScopes(parameters)).flatMap((access) => access.actions);
        assert.deepEqual(
          actions.filter((action) => action !== "pull"),
          [],
        );
      }),
    );
  });

  it("knows a user by name and password, and nobody else", () => {
    const users = [tokenUser("push", "right", EVERYTHING)];
    assert.equal(authenticate(users, "push", "right")?.name, "push");
    assert.equal(authenticate(users, "push", "wrong"), undefined);
    assert.equal(authenticate(users, "push", ""), undefined);
    assert.equal(authenticate(users, "nobody", "right"), undefined);
    assert.equal(authenticate(users, "", ""), undefined);
  });
});
