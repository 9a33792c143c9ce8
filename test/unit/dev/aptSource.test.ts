import assert from "node:assert/strict";
import { debianArchivesOf, forRelease, oneLine } from "../../../dev/aptSource";

const DEB822 = `Types: deb
# a comment with a URI: http://other.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

describe("dev/aptSource", () => {
  const lines = (file: string, content: string): string[] =>
    debianArchivesOf(file, content).map((archive) => oneLine(forRelease(archive, "trixie")));

  it("rewrites a deb822 source to another release, keeping mirror and key", () => {
    const key = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
    assert.deepEqual(lines("debian.sources", DEB822), [
      `deb ${key} http://mirror.example/debian trixie main`,
      `deb ${key} http://mirror.example/debian trixie-updates main`,
      "deb http://mirror.example/debian-security trixie-security main",
    ]);
  });

  it("rewrites the one-line notation", () => {
    const content = [
      "# deb http://old.example/debian bookworm main",
      "deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main # note",
      "deb-src http://mirror.example/debian bookworm main",
    ].join("\n");
    assert.deepEqual(lines("sources.list", content), [
      "deb [signed-by=/k.gpg] https://mirror.example/debian/ trixie main",
    ]);
  });

  const others: readonly (readonly [string, string])[] = [
    ["another vendor's suite", "deb https://deb.nodesource.com/node_20.x nodistro main"],
    ["Docker's use of Debian's suite", "deb https://d.example/linux/debian bookworm stable"],
    ["a vendor with Debian's suite and component", "deb https://apt.example.com bookworm main"],
    ["backports, which are no release", "deb http://m.example/debian bookworm-backports main"],
    ["a disc", "deb cdrom:[Debian]/ bookworm main"],
  ];
  for (const [what, line] of others) {
    it(`leaves out ${what}`, () => {
      assert.deepEqual(debianArchivesOf("other.list", line), []);
    });
  }

  it("leaves out a stanza that is switched off, and one for sources only", () => {
    const off = DEB822.replace("Types: deb\n", "Types: deb\nEnabled: no\n");
    assert.deepEqual(
      debianArchivesOf("a.sources", off).map(({ suite }) => suite),
      ["bookworm-security"],
    );
    assert.deepEqual(
      debianArchivesOf("a.sources", DEB822.replaceAll(/deb( |\n)/g, "deb-src\n")),
      [],
    );
  });

  it("does not take a key that stands in the stanza itself for a path", () => {
    const inline = DEB822.replace(
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
      "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc",
    );
    assert.equal(debianArchivesOf("a.sources", inline)[0]?.signedBy, undefined);
  });
});
