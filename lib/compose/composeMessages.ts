import { isLogLine, oneLine } from "./composeWarnings";

/** What Compose said, in words that name the place, what is wrong and how to mend it. */
export interface Explained {
  /** Keys from the top of the file; empty where Compose names no place. */
  readonly path: readonly string[];
  /** Text to look for below the path, for the line. */
  readonly containing?: string;
  readonly message: string;
  /** The variable that `${NAME:?…}` asks for. */
  readonly missingVariable?: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly explain: (groups: Readonly<Record<string, string>>) => Explained;
}

const RULES: readonly Rule[] = [
  {
    pattern:
      /^error while interpolating (?<path>\S+): required variable (?<name>\w+) is missing a value(?:: (?<why>.*))?$/s,
    explain: ({ path = "", name = "", why = "" }) => ({
      path: keysOfPath(path),
      containing: `\${${name}`,
      message: `\`${name}\` is required and not set${why === "" ? "" : ` (${why})`}; set it in .env, in config \`environment\` or in the shell`,
      missingVariable: name,
    }),
  },
  {
    pattern: /^invalid interpolation format for (?<path>\S+?)\.\n.*\n(?<text>.*)$/s,
    explain: ({ path = "", text = "" }) => ({
      path: keysOfPath(path),
      containing: text,
      message: `\`${text}\` is no variable; write \${NAME}, or $$ for a dollar sign`,
    }),
  },
  {
    pattern: /^validating .*?: (?<path>\S+) Additional property (?<key>.+) is not allowed$/s,
    explain: ({ path = "", key = "" }) => unknownKey([...keysOfPath(path), key]),
  },
  {
    pattern: /^validating .*?: (?<path>\S*) additional properties '(?<key>[^']+)'.* not allowed$/s,
    explain: ({ path = "", key = "" }) => unknownKey([...keysOfPath(path), key]),
  },
  {
    pattern: /^validating .*?: (?<path>\S+) false schema$/s,
    explain: ({ path = "" }) => unknownKey(keysOfPath(path)),
  },
  {
    pattern:
      /^validating .*?: (?<path>\S+) '(?<given>.*)' does not match pattern '\^?(?<allowed>.*?)\$?'$/s,
    explain: ({ path = "", given = "", allowed = "" }) => ({
      path: keysOfPath(path),
      message: `\`${lastOf(path)}\` is \`${given}\` and must be ${allowed}`,
    }),
  },
  {
    pattern:
      /^validating .*?: (?<path>\S+) \S+ must be one of (?:the following: )?(?<allowed>.+)$/s,
    explain: ({ path = "", allowed = "" }) => ({
      path: keysOfPath(path),
      message: `\`${lastOf(path)}\` must be one of ${allowed.replace(/["']/g, "`")}`,
    }),
  },
  {
    pattern: /^(?:validating .*?: )?(?<path>\S+) (?<fault>must be .+)$/s,
    explain: ({ path = "", fault = "" }) => ({
      path: keysOfPath(path),
      message: `\`${lastOf(path)}\` ${fault}`,
    }),
  },
  {
    pattern: /^env file (?<file>.+?) not found/s,
    explain: ({ file = "" }) => ({
      path: ["services"],
      containing: baseOf(file),
      message: `env file \`${file}\` does not exist; create it, or correct \`env_file\``,
    }),
  },
  {
    pattern: /open (?<file>.+): no such file or directory$/s,
    explain: ({ file = "" }) => ({
      path: [],
      containing: baseOf(file),
      message: `\`${baseOf(file)}\` does not exist (looked for ${file}); create it, or correct its path`,
    }),
  },
  {
    pattern:
      /^(?<fault>Invalid (?:containerPort|hostPort|proto|ip address)|Invalid ranges specified for container and host Ports): (?<text>.+)$/s,
    explain: ({ text = "" }) => ({
      path: ["services"],
      containing: text.split(" and ").pop() ?? text,
      message: `\`${text}\` is no port; write "HOST:CONTAINER", such as "8080:80" or "127.0.0.1:8080:80/tcp", with ranges of one length`,
    }),
  },
  {
    pattern: /(?:error decoding )?'(?<path>\w+\[[^']+)':? (?<fault>[^\n]+)/,
    explain: ({ path = "", fault = "" }) => ({
      path: keysOfPath(path),
      message: `\`${lastOf(path)}\` cannot be read: ${oneLine(fault)}`,
    }),
  },
  {
    pattern:
      /^cannot extend service "(?<service>.+?)" in .+?: service "(?<base>.+?)" not found(?<where>.*)$/s,
    explain: ({ service = "", base = "", where = "" }) => ({
      path: ["services", service, "extends"],
      message: `extends \`${base}\`, which is not defined${where}; define it or correct the name`,
    }),
  },
  {
    pattern: /^invalid project name "(?<name>.*?)"/s,
    explain: ({ name = "" }) => ({
      path: ["name"],
      message: `\`${name}\` is no project name; use lower case letters, digits, hyphens and underscores, and begin with a letter or digit`,
    }),
  },
  {
    pattern: /^empty compose file$/,
    explain: () => ({ path: [], message: "is empty; define `services`" }),
  },
  {
    pattern: /^top-level object must be a mapping$/i,
    explain: () => ({ path: [], message: "is no mapping; define `services`" }),
  },
];

/**
 * Rewrites what `docker compose config` prints when it refuses a file. What no rule knows is passed
 * through in one line. Recorded messages of Compose 2.26 and of the loader of 5.x: test/fixtures/compose/messages-*.json.
 */
export function explainComposeError(stderr: string): Explained {
  const text = stderr
    .split("\n")
    .filter((line) => !isLogLine(line))
    .join("\n")
    .trim();
  for (const { pattern, explain } of RULES) {
    const match = pattern.exec(text);
    if (match !== null) return explain(match.groups ?? {});
  }
  return { path: [], message: `Compose refuses the file: ${oneLine(text)}` };
}

function unknownKey(path: readonly string[]): Explained {
  return {
    path,
    message: `\`${path.at(-1) ?? ""}\` is no key that Compose knows here; remove it or correct its spelling`,
  };
}

/** `services.a.ports`, `services[a].ports` or `(root)` as keys. A dot inside a name is not known. */
function keysOfPath(text: string): string[] {
  return text
    .replace(/\[([^\]]+)\]/g, ".$1")
    .split(".")
    .filter((key) => key !== "" && key !== "(root)");
}

/** The last key, an item of a list with its list. */
function lastOf(text: string): string {
  const keys = keysOfPath(text);
  const last = keys.pop() ?? text;
  return /^\d+$/.test(last) ? `${keys.pop() ?? ""}[${last}]` : last;
}

function baseOf(file: string): string {
  return file.split("/").pop() ?? file;
}
