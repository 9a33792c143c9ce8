/** Reading and rewriting of Debian's apt sources, both notations. Pure. */

/** One archive of a source: where it is, which suite and components, how it is signed. */
export interface AptArchive {
  readonly uri: string;
  readonly suite: string;
  readonly components: string;
  /** Path of the keyring. Undefined where apt's own keys are used. */
  readonly signedBy?: string;
}

/** Releases that the rewriting knows; the machine's own `os-release` may lag behind or run ahead. */
const RELEASES = ["bullseye", "bookworm", "trixie", "forky", "oldstable", "stable", "testing"];
const SUITE = new RegExp(`^(${RELEASES.join("|")})(-updates|-security)?$`);

/**
 * Debian's own archives in a file. Those of others (Node's, Docker's) that use Debian's suite
 * names are told apart by path and component.
 * @param file a path or name; `.sources` means deb822, anything else the one-line notation
 */
export function debianArchivesOf(file: string, content: string): AptArchive[] {
  const all = file.endsWith(".sources") ? fromStanzas(content) : fromLines(content);
  return all.filter(
    ({ uri, suite, components }) =>
      SUITE.test(suite) &&
      /\/debian(-security)?\/?$/.test(uri) &&
      components.split(" ").includes("main"),
  );
}

/** The same archive for another release: `bookworm-security` becomes `trixie-security`. */
export function forRelease(archive: AptArchive, release: string): AptArchive {
  return { ...archive, suite: archive.suite.replace(SUITE, `${release}$2`), components: "main" };
}

/** The one-line notation, which apt and mmdebstrap both read. */
export function oneLine(archive: AptArchive): string {
  const options = archive.signedBy === undefined ? "" : ` [signed-by=${archive.signedBy}]`;
  return `deb${options} ${archive.uri} ${archive.suite} ${archive.components}`;
}

function fromStanzas(content: string): AptArchive[] {
  const text = content.replace(/^#.*\n?/gm, "");
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t]+.*)*)/gm)) {
      fields.set((match[1] ?? "").toLowerCase(), (match[2] ?? "").replace(/\s+/g, " ").trim());
    }
    if (!words(fields.get("types")).includes("deb")) return [];
    if (fields.get("enabled")?.toLowerCase() === "no") return [];
    const signedBy = fields.get("signed-by");
    return words(fields.get("uris")).flatMap((uri) =>
      words(fields.get("suites")).map((suite) => ({
        uri,
        suite,
        components: fields.get("components") ?? "main",
        ...(signedBy?.startsWith("/") === true ? { signedBy } : {}),
      })),
    );
  });
}

function fromLines(content: string): AptArchive[] {
  return content.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (match === null) return [];
    const [, options = "", uri = "", suite = "", components = ""] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    return [
      {
        uri,
        suite,
        components: components.trim(),
        ...(signedBy === undefined ? {} : { signedBy }),
      },
    ];
  });
}

function words(value: string | undefined): string[] {
  return (value ?? "").split(/\s+/).filter((word) => word !== "");
}
