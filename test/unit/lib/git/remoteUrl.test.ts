import assert from "node:assert/strict";
import { webUrl } from "../../../../lib/git/remoteUrl";

describe("webUrl", () => {
  const cases: [string, string | undefined][] = [
    ["git@github.com:owner/name.git", "https://github.com/owner/name"],
    ["github.com:owner/name", "https://github.com/owner/name"],
    ["https://github.com/owner/name.git", "https://github.com/owner/name"],
    ["https://user:token@GitHub.com/owner/name.git/", "https://github.com/owner/name"],
    ["https://token@github.com/owner/name", "https://github.com/owner/name"],
    ["ssh://git@host.example:2222/group/sub/name.git", "https://host.example/group/sub/name"],
    ["git://host.example/name.git", "https://host.example/name"],
    ["/srv/git/name.git", undefined],
    ["../name", undefined],
    ["C:\\git\\name", undefined],
    ["file:///srv/git/name.git", undefined],
    ["", undefined],
  ];
  for (const [remote, expected] of cases) {
    it(remote === "" ? "(empty)" : remote, () => {
      assert.equal(webUrl(remote), expected);
    });
  }
});
